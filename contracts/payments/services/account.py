"""Where an organisation is paid by bank transfer."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.payments import policy
from contracts.payments.models import PayeeAccount
from market.accounts.models import Organisation
from market.kernel.actor import Actor, Role
from market.kernel.audit import stale
from market.kernel.changes import save_change
from market.kernel.problems import NotAllowed
from market.notices.services import lazy_text, notify


@transaction.atomic
def set_payee_account(
    *, actor: Actor, version: int | None, holder: str, bank: str, number: str, at: datetime
) -> PayeeAccount:
    """Say where one's own organisation is paid, as its finance office; its managers are told of each change.

    `version` is that of the account that is replaced, 0 for the first. The same account said again is no change.
    """
    if actor.organisation_id is None or not policy.sets_account(actor):
        raise NotAllowed
    Organisation.objects.select_for_update().get(pk=actor.organisation_id)
    row = PayeeAccount.objects.filter(organisation=actor.organisation_id).first()
    current = row.version if row else 0
    row = row or PayeeAccount(organisation_id=actor.organisation_id)
    if version is not None and version != current:
        raise stale(row, actor=actor)
    if (row.holder, row.bank, row.number) == (holder, bank, number):
        return row
    row.holder, row.bank, row.number = holder, bank, number
    row.changed_by_id, row.changed_at = actor.user_id, at
    changes = {"bank": bank, "number": f"…{number[-4:]}"}
    save_change(row, actor=actor, action="payee_account.changed", at=at, changes=changes)
    notify(
        organisation_id=actor.organisation_id,
        roles=(Role.FINANCE, Role.MANAGER),
        kind="payment",
        title=lazy_text(lambda: _("本单位的收款账户已变更")),
        body=lazy_text(lambda: _("如非本单位人员所为，请立即联系市场运营方。")),
        url="/payments/account/",
        at=at,
    )
    return row
