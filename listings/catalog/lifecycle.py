"""What owners and the operator do to a listing: the same verbs for every kind."""

from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from listings.catalog import policy, problems, services
from listings.catalog.forms import TakeDownForm
from listings.catalog.kinds import KINDS
from listings.catalog.kinds.base import Kind
from listings.catalog.models import State
from listings.catalog.schemas import TakeDownIn
from market.kernel.lifecycle import Endpoint, Lifecycle, Verb
from market.kernel.problems import SeveralProblems
from market.pages.fields import VersionForm

CHANGEABLE = (State.DRAFT, State.PUBLISHED, State.UNDER_NEGOTIATION, State.SUSPENDED, State.EXPIRED)
PUBLISHING = (problems.NotVerified, problems.ListingExpired, problems.ListingIncomplete, SeveralProblems)


def listing_lifecycle(kind: Kind) -> Lifecycle:
    """The table of a kind; each verb's operation in the API bears the kind's name."""

    def endpoint(verb: str, about: str, **more: Any) -> Endpoint:
        return Endpoint(about=about, operation=f"{verb}_{kind.code}", **more)

    verbs = (
        Verb(
            code="update",
            label=_("修改"),
            who=policy.edits,
            states=CHANGEABLE,
            service=partial(services.update_listing, kind=kind.code),
        ),
        Verb(
            code="publish",
            label=_("发布"),
            who=policy.edits,
            transitions=(kind.model.publish,),
            service=partial(services.publish_listing, kind=kind.code),
            form=VersionForm,
            endpoint=endpoint("publish", kind.api.publish, refusals=(*PUBLISHING, *kind.refusals)),
        ),
        Verb(
            code="suspend",
            label=_("暂停展示"),
            who=policy.edits,
            transitions=(kind.model.suspend,),
            service=partial(services.suspend_listing, kind=kind.code),
            form=VersionForm,
            endpoint=endpoint("suspend", "Hide it for a while."),
        ),
        Verb(
            code="withdraw",
            label=_("撤回"),
            who=policy.edits,
            transitions=(kind.model.withdraw,),
            service=partial(services.withdraw_listing, kind=kind.code),
            form=VersionForm,
            is_grave=True,
            question=_("撤回后不再展示，匹配随之结束，也不能重新发布；已有的对接和交易项目继续。确定撤回吗？"),
            endpoint=endpoint("withdraw", "Take it back for good."),
        ),
        Verb(
            code="take_down",
            label=_("下架"),
            who=policy.takes_down,
            transitions=(kind.model.take_down,),
            service=partial(services.take_down_listing, kind=kind.code),
            form=TakeDownForm,
            is_grave=True,
            question=_("下架后公众不再看到它，发布单位会收到下架原因。确定下架吗？"),
            tells=("owner",),
            endpoint=endpoint("take_down", "Remove it for breaking the rules; for the operator.", payload=TakeDownIn),
        ),
    )
    return Lifecycle(kind.model, "listing_id", verbs, address=f"{kind.code}_id")


LIFECYCLES = {kind.code: listing_lifecycle(kind) for kind in KINDS.values()}
