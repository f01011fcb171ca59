from django.urls import path

from matching.ranking import views

app_name = "ranking"

urlpatterns = [
    path("matches/demand/<uuid:demand_id>/", views.demand_matches, name="demand-matches"),
    path("matches/achievement/<uuid:achievement_id>/", views.achievement_matches, name="achievement-matches"),
]
