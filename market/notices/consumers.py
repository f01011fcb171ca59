"""What happens to organisations, members and keys is told to whom it concerns; a notice is mailed by a worker."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from market.accounts import events
from market.accounts.models import ApiKey, Invitation, Membership, Organisation, User
from market.accounts.queries import members_with_role, operators
from market.kernel import clock
from market.kernel.actor import Role
from market.kernel.marks import listed
from market.kernel.outbox import Envelope
from market.notices import services
from market.notices.events import NoticeWritten
from market.notices.services import lazy_text, notify

KIND = "accounts"
DESK = "accounts:organisation"


def mail(envelope: Envelope[NoticeWritten]) -> None:
    """The e-mail leaves only after the transaction that caused it."""
    services.mail_notice(notice_id=envelope.event.notice_id, at=clock.now())


def application_made(envelope: Envelope[events.ApplicationMade]) -> None:
    row = Organisation.objects.select_related("applicant").get(pk=envelope.event.organisation_id)
    facts = {"name": row.name, "applicant": row.applicant.email if row.applicant else "—"}
    _tell(
        envelope,
        operators().values_list("id", flat=True),
        lazy_text(lambda: _("新单位待核验：%(name)s") % facts),
        lazy_text(lambda: _("申请人：%(applicant)s") % facts),
        "accounts:verification",
    )


def application_answered(envelope: Envelope[events.ApplicationAnswered]) -> None:
    row = Organisation.objects.get(pk=envelope.event.organisation_id)
    facts = {"name": row.name, "reason": row.rejection_reason}
    if envelope.event.answer == "verified":
        title = lazy_text(lambda: _("%(name)s已通过核验") % facts)
        body = lazy_text(lambda: _("现在可以发布成果与需求、签订合同。"))
    else:
        title = lazy_text(lambda: _("%(name)s未通过核验") % facts)
        body = lazy_text(lambda: _("原因：%(reason)s。可在“我的单位”修改后重新提交。") % facts)
    _tell(envelope, _managers(row.id), title, body)


def invitation_sent(envelope: Envelope[events.InvitationSent]) -> None:
    """A first manager proposed by the operator is told to the organisation's people and to every operator."""
    if not envelope.event.is_proposal:
        return
    row = Invitation.objects.select_related("organisation").get(pk=envelope.event.invitation_id)
    facts = {"name": row.organisation.name, "email": row.email}
    members = members_with_role(row.organisation_id).values_list("id", flat=True)
    people = {*members, *operators().values_list("id", flat=True)}
    _tell(
        envelope,
        people,
        lazy_text(lambda: _("运营方推荐了%(name)s的首位管理员") % facts),
        lazy_text(lambda: _("受邀邮箱：%(email)s。对方接受后生效。") % facts),
    )


def membership_begun(envelope: Envelope[events.MembershipBegun]) -> None:
    row = Membership.objects.select_related("user", "organisation").get(pk=envelope.event.membership_id)
    facts = {"name": row.organisation.name, "person": str(row.user)}
    _tell(
        envelope,
        _managers(row.organisation_id, but=row.user_id),
        lazy_text(lambda: _("%(person)s已加入%(name)s") % facts),
        lazy_text(lambda: _("角色：%(roles)s") % {"roles": listed(row.role_names)}),
    )


def membership_ended(envelope: Envelope[events.MembershipEnded]) -> None:
    row = Membership.objects.select_related("user", "organisation").get(pk=envelope.event.membership_id)
    facts = {"name": row.organisation.name, "person": str(row.user), "keys": envelope.event.keys_ended}
    if envelope.event.by == "self":
        title = lazy_text(lambda: _("%(person)s已退出%(name)s") % facts)
    else:
        title = lazy_text(lambda: _("%(person)s不再代表%(name)s") % facts)
    body = lazy_text(lambda: _("由其签发的 %(keys)s 个接口密钥同时停用。") % facts if facts["keys"] else "")
    _tell(envelope, {*_managers(row.organisation_id), row.user_id}, title, body)


def key_issued(envelope: Envelope[events.KeyIssued]) -> None:
    row = ApiKey.objects.select_related("created_by").get(pk=envelope.event.key_id)
    facts = {"person": str(row.created_by), "key": row.name}
    _tell(
        envelope,
        _managers(row.organisation_id),
        lazy_text(lambda: _("%(person)s签发了接口密钥“%(key)s”") % facts),
        lazy_text(lambda: _("权限范围：%(scopes)s") % {"scopes": listed(row.scopes)}),
        "accounts:keys",
    )


def person_suspended(envelope: Envelope[events.PersonSuspended]) -> None:
    """Told to the managers of every organisation that the person acts for; a suspended person is sent nothing."""
    user = User.objects.get(pk=envelope.event.user_id)
    organisations = Membership.objects.filter(user=user, ended_at__isnull=True).values_list("organisation", flat=True)
    facts = {"person": str(user), "reason": user.suspension_reason}
    if envelope.event.is_lifted:
        title, body = lazy_text(lambda: _("%(person)s的账户已恢复") % facts), ""
    else:
        title = lazy_text(lambda: _("%(person)s的账户已被运营方停用，其接口密钥同时停用") % facts)
        body = lazy_text(lambda: _("原因：%(reason)s") % facts)
    _tell(envelope, {person for row in organisations for person in _managers(row)}, title, body)


def organisation_suspended(envelope: Envelope[events.OrganisationSuspended]) -> None:
    row = Organisation.objects.get(pk=envelope.event.organisation_id)
    live = Membership.objects.filter(organisation=row, ended_at__isnull=True)
    facts = {"name": row.name, "reason": row.suspension_reason}
    if envelope.event.is_lifted:
        title, body = lazy_text(lambda: _("%(name)s已恢复使用") % facts), lazy_text(lambda: _("接口密钥须重新签发。"))
    else:
        title = lazy_text(lambda: _("%(name)s已被运营方停用") % facts)
        body = lazy_text(lambda: _("原因：%(reason)s") % facts)
    _tell(envelope, live.values_list("user", flat=True), title, body)


def _managers(organisation_id: UUID, but: UUID | None = None) -> list[UUID]:
    """The organisation's other managers; all its people where there is none."""
    managers = members_with_role(organisation_id, Role.MANAGER).values_list("id", flat=True)
    return [person for person in managers if person != but] or list(
        members_with_role(organisation_id).values_list("id", flat=True)
    )


def _tell(envelope: Envelope[Any], people: Iterable[UUID], title: Any, body: Any = "", page: str = DESK) -> None:
    notify(kind=KIND, title=title, body=body, url=reverse(page), user_ids=people, at=envelope.occurred_at)
