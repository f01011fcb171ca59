from django.utils.translation import gettext_lazy as _

from market.kernel.problems import Problem


class NotVerified(Problem):
    """The operator has not seen the organisation's papers yet."""

    status = 409
    code = "organisation_not_verified"
    title = _("单位尚未核验，核验后方可发布")


class ListingExpired(Problem):
    """The last day that the owner set for the listing is over."""

    status = 409
    code = "listing_expired"
    title = _("有效期已过，请先修改有效期再发布")
    fields = ("expires_on",)


class PatentLapsed(Problem):
    """A right that has ended cannot be offered."""

    status = 409
    code = "patent_lapsed"
    title = _("专利权期限已届满，不能发布")
    fields = ("patents",)


class ListingIncomplete(Problem):
    """What a reader needs is not said yet, or a day that was to come is over; the fields by name."""

    status = 409
    code = "listing_incomplete"
    title = _("还不能发布，请先补全或更正")
    fields = ("missing", "over")
