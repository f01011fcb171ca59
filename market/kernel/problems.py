"""Refusals with a name (RFC 9457).

A room's refusal is a subclass: status, stable English code, title for people, and the names of the data it
carries. 404 hidden or absent, 409 the state or a rule says no, 412 stale and 428 version missing, 422 the
payload itself is wrong. Anything else that is raised is a bug and stays one.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from market.kernel.marks import labelled, listed, mark
from market.kernel.values import bounds

type_base = "/problems/"


class Problem(Exception):
    """A refusal the caller can understand; `data` travels beside the sentence."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str | Promise] = _("请求无法处理")
    fields: ClassVar[tuple[str, ...]] = ()
    about: ClassVar[str] = ""  # the field of the payload that is wrong, where it is always the same one

    def __init__(self, detail: str | Promise = "", **data: Any) -> None:
        unknown = data.keys() - set(self.fields)
        if unknown:
            raise TypeError(f"{type(self).__name__} carries no {sorted(unknown)}")
        super().__init__(str(detail) or self.code)
        self.detail = detail
        self.data = data

    @property
    def is_passed_on(self) -> bool:
        """Whether it hides what was asked for, or sends one to sign in: a page of its own, beside no form."""
        return self.status in {401, 403, 404}

    @property
    def words(self) -> str:
        """What a person is told, in the language active now; grounds are named where nothing else is said."""
        grounds = listed(getattr(ground, "label", ground) for ground in self.data.get("grounds", ()))
        return str(self.detail or (labelled(self.title, grounds) if grounds else self.title))

    @property
    def errors(self) -> list[dict[str, Any]]:
        """What is wrong, as `{loc, code, message}`: with which field, or with none; each ground is one."""
        if errors := self.data.get("errors"):
            return list(errors)
        if grounds := self.data.get("grounds"):
            return [
                {
                    "loc": [field] if (field := getattr(ground, "field", "")) else [],
                    "code": str(ground),
                    "message": str(getattr(ground, "label", ground)),
                }
                for ground in grounds
            ]
        return [{"loc": [self.about], "code": self.code, "message": self.words}] if self.about else []

    def as_dict(self, *, instance: str = "") -> dict[str, Any]:
        """The RFC 9457 members, in the language active now."""
        body: dict[str, Any] = {
            "type": f"{type_base}{self.code}",
            "title": str(self.title),
            "status": self.status,
            "code": self.code,
            "detail": str(self.detail),
            "instance": instance,
            "errors": _plain(self.errors),
        }
        return body | {name: _plain(value) for name, value in self.data.items() if name != "errors"}


def _plain(value: Any) -> Any:
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value if isinstance(value, int | float | bool | str | type(None)) else str(value)


class NotFound(Problem):
    """Absent, or not for this reader to know of."""

    status = 404
    code = "not_found"
    title = _("找不到该内容")


class NotSignedIn(Problem):
    status = 401
    code = "not_signed_in"
    title = _("请先登录")


class NotAllowed(Problem):
    """Seen, but not for this reader to change."""

    status = 403
    code = "not_allowed"
    title = _("您无权执行此操作")


class CsrfFailed(Problem):
    """A session writes through the API without the token that only the portal's own pages have."""

    status = 403
    code = "csrf_failed"
    title = _("请求缺少有效的 CSRF 令牌")


class FormExpired(Problem):
    """The form's token is not that of the session: it is old, or of another site."""

    status = 403
    code = "form_expired"
    title = _("页面已过期，请返回上一页，重新载入后再提交")


class InvalidInput(Problem):
    """The payload itself is wrong; `errors` name each field as `{loc, code, message}`."""

    status = 422
    code = "invalid_input"
    title = _("提交的内容有误")
    fields = ("errors",)


class DayOutOfRange(Problem):
    """A day outside what it is held against; the bounds, which belong to it, are told, None where there is none."""

    status = 422
    code = "day_out_of_range"
    title = _("日期不在允许的范围内")
    fields = ("earliest", "latest", "errors")

    def __init__(self, *, field: str, earliest: date | None, latest: date | None) -> None:
        words = bounds(earliest, latest)
        errors = [{"loc": [field], "code": self.code, "message": words}]
        super().__init__(words, earliest=earliest, latest=latest, errors=errors)


class UnknownParameter(Problem):
    status = 400
    code = "unknown_parameter"
    title = _("存在无法识别的查询参数")
    fields = ("parameters",)


class MethodNotAllowed(Problem):
    """The address is there, but not for this method; `Allow` names those it takes."""

    status = 405
    code = "method_not_allowed"
    title = _("该地址不支持此请求方式")


class MediaTypeRefused(Problem):
    """The body is of a kind that the address does not read."""

    status = 415
    code = "unsupported_media_type"
    title = _("请求内容的类型（Content-Type）不受支持")
    fields = ("accepted",)


class WrongState(Problem):
    """The thing is not in a state from which this move starts."""

    status = 409
    code = "wrong_state"
    title = _("当前状态不允许此操作")
    fields = ("state",)


class Stale(Problem):
    """The row was changed after it was read: by another, or by the reader in a second window."""

    status = 412
    code = "stale_version"
    title = _("打开之后内容有了更新，请刷新后重试")
    fields = ("current_version", "changed_at")


class VersionMissing(Problem):
    status = 428
    code = "version_missing"
    title = _("请在 If-Match 中提供版本")


class VersionInvalid(Problem):
    """If-Match is there, but names no version."""

    status = 400
    code = "version_invalid"
    title = _('If-Match 应为读取时 ETag 中的版本，例如 "3"')


class ConfirmationNeeded(Problem):
    """Something typed looks wrong; the same request naming the questions' codes in `confirmed` goes through."""

    status = 409
    code = "confirmation_needed"
    title = _("请核对后确认")
    fields = ("questions",)


class SecondPersonNeeded(Problem):
    """Four eyes: who did the first step does not do the second."""

    status = 409
    code = "second_person_needed"
    title = _("须由另一人办理")


class TooLarge(Problem):
    status = 413
    code = "too_large"
    title = _("内容超过允许的大小")
    fields = ("limit_bytes",)


class RequestTooSlow(Problem):
    """The body did not come within its time."""

    status = 408
    code = "request_too_slow"
    title = _("请求内容未在规定时间内送达")


class TooManyRequests(Problem):
    status = 429
    code = "too_many_requests"
    title = _("请求过于频繁，请稍后再试")
    fields = ("retry_after_seconds",)


class ServiceUnavailable(Problem):
    status = 503
    code = "service_unavailable"
    title = _("服务暂时不可用，请稍后再试")
    fields = ("retry_after_seconds",)


class InternalError(Problem):
    """A fault of ours: the log has it under the request's id."""

    status = 500
    code = "internal_error"
    title = _("服务器内部错误")


class SeveralProblems(Problem):
    """More than one thing is in the way: each in `errors` by its own code and with its field, where it has one."""

    status = 409
    code = "several_problems"
    title = _("请先改正以下各项")
    fields = ("errors", "questions")


def require_all(*checks: Callable[[], Any]) -> list[Any]:
    """What the checks give, all done; raises what they refuse: one refusal as it is, several as SeveralProblems."""
    given: list[Any] = []
    found: list[Problem] = []
    for check in checks:
        try:
            given.append(check())
        except Problem as problem:
            found.append(problem)
    if len(found) == 1:
        raise found[0]
    if found:
        questions = [question for problem in found for question in problem.data.get("questions", ())]
        errors = [error for problem in found for error in _told(problem)]
        raise SeveralProblems(mark("；").join(problem.words for problem in found), errors=errors, questions=questions)
    return given


def _told(problem: Problem) -> list[dict[str, Any]]:
    """The errors of one among several, which is one itself unless it has some, or asks questions."""
    is_itself = not problem.errors and not problem.data.get("questions")
    return [{"loc": [], "code": problem.code, "message": problem.words}] if is_itself else problem.errors


def all_problems(base: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """Every declared refusal, for the documentation and for the test that codes are unique."""
    for subclass in base.__subclasses__():
        yield subclass
        yield from all_problems(subclass)
