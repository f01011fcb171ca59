from django.utils.translation import gettext_lazy as _

from market.kernel.problems import Problem


class AlreadyIntroduced(Problem):
    """The agency has brought these two together, and the deal goes on or the protection runs: the first date counts."""

    status = 409
    code = "already_introduced"
    title = _("该成果与需求已由本机构对接")


class SameOwner(Problem):
    status = 409
    code = "same_owner"
    title = _("成果与需求属于同一单位，无需对接")


class ListingClosed(Problem):
    """At least one of the two is not open for deals."""

    status = 409
    code = "listing_closed"
    title = _("成果或需求当前不可对接")


class NoteNeeded(Problem):
    """An introduction that no match suggests says why."""

    status = 422
    code = "note_needed"
    title = _("人工对接请填写对接说明")


class Superseded(Problem):
    """The agency has brought the two together anew since; the newer introduction carries on."""

    status = 409
    code = "superseded"
    title = _("双方已重新对接，请在新的对接上继续")


class DealExists(Problem):
    status = 409
    code = "deal_exists"
    title = _("该对接已立项")


class ReasonUnknown(Problem):
    status = 422
    code = "reason_unknown"
    title = _("请选择未成交原因")
