from django.utils.translation import gettext_lazy as _

from market.kernel.problems import Problem


class TooManySavedSearches(Problem):
    """One owner keeps at most so many."""

    status = 409
    code = "too_many_saved_searches"
    title = _("保存的搜索已达上限，请先删除不再需要的")
    fields = ("limit",)


class QueryNotUnderstood(Problem):
    """The query holds no word, so it would never find anything."""

    status = 422
    code = "query_not_understood"
    title = _("查询中没有可以搜索的文字")


class NoInbox(Problem):
    """A machine reads its feed; it cannot be told."""

    status = 409
    code = "no_inbox"
    title = _("接口密钥没有收件箱，只能使用订阅源")
