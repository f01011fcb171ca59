from django.urls import path

from contracts.agreements import views

app_name = "agreements"

urlpatterns = [
    path("", views.contract_list, name="list"),
    path("deal/<uuid:deal_id>/", views.deal_part, name="deal-part"),
    path("deal/<uuid:deal_id>/draft", views.draft, name="draft"),
    path("<uuid:contract_id>/", views.contract_detail, name="detail"),
    path("<uuid:contract_id>/edit", views.edit, name="edit"),
    path("<uuid:contract_id>/document", views.document, name="document"),
    path("<uuid:contract_id>/document/<int:number>.png", views.document_page, name="document-page"),
    path("<uuid:contract_id>/papers", views.papers, name="papers"),
    path("<uuid:contract_id>/scan/<str:party>", views.scan, name="scan"),
    path("<uuid:contract_id>/scan/<str:party>/<int:number>.png", views.scan_page, name="scan-page"),
    path("<uuid:contract_id>/step/<str:verb>", views.step, name="step"),
]
