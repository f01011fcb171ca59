from django.utils.translation import gettext_lazy as _

from market.kernel.problems import Problem


class FeedRefused(Problem):
    """The other market's feed is not of the agreed form, or too large; `reason` says which."""

    status = 422
    code = "feed_refused"
    title = _("对方市场的数据不符合约定格式")
    fields = ("reason",)


class FeedAway(Problem):
    """The other market does not answer; the pull goes on from its cursor another time."""

    status = 503
    code = "feed_away"
    title = _("对方市场暂时没有应答")
