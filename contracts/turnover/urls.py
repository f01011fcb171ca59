from django.urls import path

from contracts.turnover import part_views, views

app_name = "turnover"

urlpatterns = [
    path("", views.overview, name="dashboard"),
    path("<int:year>/", views.year_page, name="year"),
    path("entries/", views.lines, name="lines"),
    path("entries/<int:entry_id>/", views.entry_page, name="entry"),
    path("assessment/", views.assessment, name="assessment"),
    path("assessment/decide/", views.decide, name="decide"),
    path("deal/<uuid:deal_id>/", part_views.deal_part, name="deal-part"),
    path("achievement/<uuid:achievement_id>/", part_views.achievement_part, name="achievement-part"),
    path("demand/<uuid:demand_id>/", part_views.demand_part, name="demand-part"),
]
