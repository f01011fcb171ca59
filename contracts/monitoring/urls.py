from django.urls import path

from contracts.monitoring import views

app_name = "monitoring"

urlpatterns = [
    path("", views.indicator_list, name="list"),
    path("<int:indicator_no>/", views.indicator, name="indicator"),
    path("<int:indicator_no>/values", views.enter, name="enter"),
    path("<int:indicator_no>/office", views.assign, name="assign"),
    path("year/<int:year>/", views.year_part, name="year-part"),
    path("values/<uuid:value_id>/proof-file", views.proof_file, name="proof-file"),
    path("values/<uuid:value_id>/<str:verb>", views.step, name="step"),
]
