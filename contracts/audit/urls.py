from django.urls import path

from contracts.audit import views

app_name = "audit"

urlpatterns = [
    path("", views.desk, name="desk"),
    path("evidence/", views.make_evidence, name="make-evidence"),
    path("evidence/<uuid:evidence_id>/", views.evidence, name="evidence"),
    path("verifier/", views.verifier, name="verifier"),
    path("entries/<int:entry_id>/", views.entry_part, name="entry-part"),
    path("entries/<int:entry_id>/proof/", views.entry_proof, name="entry-proof"),
]
