from django.urls import path

from contracts.turnover import views

app_name = "turnover"

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("<int:year>/", views.year_page, name="year"),
    path("entries/<int:entry_id>/", views.entry_page, name="entry"),
    path("deal/<uuid:deal_id>/", views.deal_part, name="deal-part"),
    path("achievement/<uuid:achievement_id>/", views.achievement_part, name="achievement-part"),
    path("demand/<uuid:demand_id>/", views.demand_part, name="demand-part"),
]
