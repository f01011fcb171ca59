from django.urls import path

from market.reference import views

app_name = "reference"

urlpatterns = [
    path("", views.calendar, name="calendar"),
    path("year", views.enter_year, name="enter-year"),
]
