from django.urls import path

from market.accounts import views

app_name = "accounts"

urlpatterns = [
    path("", views.organisation, name="organisation"),
    path("join", views.join, name="join"),
    path("members", views.add_member, name="add-member"),
    path("members/<uuid:membership_id>/end", views.end_membership, name="end-membership"),
    path("keys", views.issue_key, name="issue-key"),
    path("keys/<uuid:key_id>/revoke", views.revoke_key, name="revoke-key"),
    path("act-for", views.act_for, name="act-for"),
    path("verification", views.verification, name="verification"),
]
