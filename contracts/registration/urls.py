from django.urls import path

from contracts.registration import views

app_name = "registration"

urlpatterns = [
    path("", views.registration_list, name="list"),
    path("<uuid:registration_id>/", views.registration_detail, name="detail"),
    path("<uuid:registration_id>/<str:verb>", views.step, name="step"),
    path("changes/<uuid:change_id>/document", views.change_document, name="change-document"),
    path("changes/<uuid:change_id>/<str:verb>", views.change_step, name="change-step"),
    path("corrections/<uuid:correction_id>/<str:verb>", views.correction_step, name="correction-step"),
    path("attachments/<uuid:attachment_id>", views.attachment, name="attachment"),
    path("contract/<uuid:contract_id>/", views.contract_part, name="contract-part"),
    path("contract/<uuid:contract_id>/apply", views.apply, name="apply"),
]
