from django.urls import path

from market.pages import views

app_name = "pages"

urlpatterns = [
    path("", views.home, name="home"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("operations/deliveries/", views.deliveries, name="deliveries"),
    path("operations/deliveries/<int:delivery_id>/requeue", views.requeue, name="requeue"),
    path("demo-progress", views.demo_progress, name="demo-progress"),
    path("care", views.switch_care, name="care"),
]
