from django.urls import path

from market.accounts import operator_views, views

app_name = "accounts"

urlpatterns = [
    path("", views.organisation, name="organisation"),
    path("join", views.join, name="join"),
    path("me", views.me, name="me"),
    path("resubmit", views.resubmit, name="resubmit"),
    path("members/<uuid:membership_id>/end", views.end_membership, name="end-membership"),
    path("invitations", views.invite, name="invite"),
    path("invitations/<uuid:invitation_id>/withdraw", views.withdraw, name="withdraw"),
    path("invitation", views.invitation, name="invitation"),
    path("invited/<str:token>", views.invited, name="invited"),
    path("keys", views.keys, name="keys"),
    path("keys/<uuid:key_id>/revoke", views.revoke_key, name="revoke-key"),
    path("act-for", views.act_for, name="act-for"),
    path("verification", operator_views.verification, name="verification"),
    path("directory", operator_views.directory, name="directory"),
    path("<uuid:organisation_id>/reject", operator_views.reject, name="reject"),
    path("<uuid:organisation_id>/propose", operator_views.propose, name="propose"),
    path("<uuid:organisation_id>/suspend", operator_views.suspension, {"verb": "suspend"}, name="suspend"),
    path("<uuid:organisation_id>/reinstate", operator_views.suspension, {"verb": "reinstate"}, name="reinstate"),
    path("people/<uuid:user_id>/suspend", operator_views.suspension, {"verb": "suspend"}, name="suspend-person"),
    path("people/<uuid:user_id>/reinstate", operator_views.suspension, {"verb": "reinstate"}, name="reinstate-person"),
]
