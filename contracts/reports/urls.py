from django.urls import path

from contracts.reports import views

app_name = "reports"

urlpatterns = [
    path("", views.report_list, name="list"),
    path("new", views.new_report, name="new"),
    path("<uuid:report_id>/", views.report_detail, name="detail"),
    path("<uuid:report_id>/content.<str:form>", views.content, name="content"),
    path("<uuid:report_id>/<str:verb>", views.step, name="step"),
]
