from django.urls import path

from market.notices import views

app_name = "notices"

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read", views.read_all, name="read-all"),
    path("<uuid:notice_id>/read", views.read, name="read"),
]
