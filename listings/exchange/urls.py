from django.urls import path

from listings.exchange import views

app_name = "exchange"

urlpatterns = [path("v1/listings", views.listings, name="listings")]
