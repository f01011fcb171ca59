from django.urls import path

from contracts.payments import views

app_name = "payments"

urlpatterns = [
    path("", views.payment_list, name="list"),
    path("account/", views.account, name="account"),
    path("<uuid:payment_id>/", views.payment_detail, name="detail"),
    path("<uuid:payment_id>/proof-file", views.proof_file, name="proof-file"),
    path("<uuid:payment_id>/<str:verb>", views.step, name="step"),
    path("contract/<uuid:contract_id>/", views.contract_part, name="contract-part"),
    path("instalment/<uuid:instalment_id>/start", views.start, name="start"),
]
