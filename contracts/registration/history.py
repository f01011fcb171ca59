"""What became of an application, step by step, each with its reason as far as the reader is told."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from contracts.registration import queries, rules
from contracts.registration.models import Registration, Round
from market.accounts.history import Step, steps_of
from market.kernel.actor import Actor
from market.kernel.marks import listed, mark

LABELS = {
    "registration.opened": _("建立申请"),
    "registration.document_attached": _("补交材料"),
    "registration.submitted": _("提交申请"),
    "registration.accepted": _("受理"),
    "registration.correction_requested": _("要求补正"),
    "registration.escalated": _("提交大额复审"),
    "registration.sent_back": _("大额复审退回"),
    "registration.term_recounted": _("办理期限重新计算"),
    "registration.registered": _("予以登记"),
    "registration.refused": _("不予登记"),
    "registration.change_proposed": _("提出变动，待大额复审"),
    "registration.change_declined": _("变动复审未通过"),
    "registration.amended": _("变更登记"),
    "registration.cancelled": _("注销登记"),
    "registration.revoked": _("撤销登记"),
    "registration.correction_proposed": _("提出更正，待复核"),
    "registration.correction_declined": _("更正未采纳"),
    "registration.correction_closed": _("登记终止，更正关闭"),
    "registration.corrected": _("更正登记"),
}
ROUNDS: dict[str, str] = {
    "registration.correction_requested": Round.Kind.SUPPLEMENT,
    "registration.sent_back": Round.Kind.SENT_BACK,
    "registration.refused": Round.Kind.REFUSED,
}


def history_of(registration: Registration, *, actor: Actor) -> list[Step]:
    """Every step, oldest first; what the second person sends back is between the two of the office."""
    remarks = {(row.kind, row.made_at): row.remark for row in queries.rounds_of(registration, actor=actor)}
    found = []
    for step in steps_of(registration, actor=actor, labels=LABELS):
        kind = ROUNDS.get(step.action, "")
        if kind == Round.Kind.SENT_BACK and (kind, step.at) not in remarks:
            continue
        grounds = listed(rules.Ground(code).label for code in step.changes.get("grounds", ()))
        reason = "" if step.action == "registration.correction_closed" else step.changes.get("reason", "")
        said = (grounds, remarks.get((kind, step.at), ""), reason)
        found.append(replace(step, detail=mark("；").join(part for part in said if part)))
    return found
