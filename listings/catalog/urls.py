from django.urls import path

from listings.catalog import views

app_name = "catalog"

urlpatterns = [
    path("achievements/", views.achievement_list, name="achievements"),
    path("achievements/new", views.new_achievement, name="new-achievement"),
    path("achievements/<uuid:achievement_id>/", views.achievement_detail, name="achievement"),
    path("demands/", views.demand_list, name="demands"),
    path("demands/new", views.new_demand, name="new-demand"),
    path("demands/<uuid:demand_id>/", views.demand_detail, name="demand"),
    path("organisations/<uuid:organisation_id>/", views.organisation, name="organisation"),
    path("my/listings/", views.mine, name="mine"),
    path("my/listings/<str:kind>/<uuid:listing_id>/edit", views.edit, name="edit"),
    path("my/listings/<str:kind>/<uuid:listing_id>/<str:verb>", views.move, name="move"),
]
