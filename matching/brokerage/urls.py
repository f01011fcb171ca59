from django.urls import path

from matching.brokerage import views

app_name = "brokerage"

urlpatterns = [
    path("introductions/", views.introduction_list, name="introductions"),
    path("introductions/new", views.introduce, name="introduce"),
    path("introductions/<uuid:introduction_id>/", views.introduction_detail, name="introduction"),
    path("introductions/<uuid:introduction_id>/open", views.open_deal, name="open-deal"),
    path("deals/", views.deal_list, name="deals"),
    path("deals/<uuid:deal_id>/", views.deal_detail, name="deal"),
    path("deals/<uuid:deal_id>/moves/<uuid:move_id>/proof", views.proof, name="proof"),
    path("deals/<uuid:deal_id>/<str:verb>", views.move, name="move"),
    path("story/demand/<uuid:demand_id>/", views.demand_story, name="demand-story"),
    path("story/achievement/<uuid:achievement_id>/", views.achievement_story, name="achievement-story"),
]
