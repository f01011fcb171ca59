from django.urls import path

from search import views
from search.saved import views as saved

app_name = "search"

urlpatterns = [
    path("search", views.search, name="search"),
    path("search/suggest", views.suggest, name="suggest"),
    path("searches/", saved.index, name="saved"),
    path("searches/new", saved.new, name="save"),
    path("searches/<uuid:search_id>/", saved.found, name="saved-found"),
    path("searches/<uuid:search_id>/update", saved.update, name="saved-update"),
    path("searches/<uuid:search_id>/delete", saved.delete, name="saved-delete"),
    path("searches/<uuid:search_id>/renew-feed", saved.renew_feed, name="saved-renew-feed"),
    path("searches/unsubscribe/<str:unsubscribe_token>", saved.unsubscribe, name="unsubscribe"),
    path("searches/<str:feed_token>.atom", saved.feed, name="feed"),
]
