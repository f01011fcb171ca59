from django.urls import path

from search.saved import views

app_name = "saved"

urlpatterns = [
    path("", views.index, name="index"),
    path("new", views.new, name="save"),
    path("<uuid:search_id>/", views.found, name="found"),
    path("<uuid:search_id>/update", views.update, name="update"),
    path("<uuid:search_id>/delete", views.delete, name="delete"),
    path("<uuid:search_id>/renew-feed", views.renew_feed, name="renew-feed"),
    path("unsubscribe/<str:unsubscribe_token>", views.unsubscribe, name="unsubscribe"),
    path("<str:feed_token>.atom", views.feed, name="feed"),
]
