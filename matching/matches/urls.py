from django.urls import path

from matching.matches import views

app_name = "matches"

urlpatterns = [
    path("matches/demand/<uuid:demand_id>/", views.demand_matches, name="demand-matches"),
    path("matches/achievement/<uuid:achievement_id>/", views.achievement_matches, name="achievement-matches"),
    path("matches/pair/<uuid:demand_id>/<uuid:achievement_id>/", views.pair, name="pair"),
    path("matches/pair/<uuid:demand_id>/<uuid:achievement_id>/verdict/", views.verdict, name="verdict"),
    path("matches/watch/<str:kind>/<uuid:listing_id>/", views.watch, name="watch"),
    path("matching/", views.operating, name="operating"),
    path("matching/rematch/", views.rematch, name="rematch"),
    path("matching/retry/", views.retry, name="retry"),
    path("matching/quality/", views.quality, name="quality"),
]
