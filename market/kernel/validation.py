"""What pydantic found wrong, in the reader's language: the codes stay pydantic's, the sentences are ours."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ValidationError

from market.kernel.problems import InvalidInput

MESSAGES: dict[str, str | Promise] = {
    "missing": gettext_lazy("必填"),
    "extra_forbidden": gettext_lazy("没有这一项"),
    "string_too_short": gettext_lazy("至少 %(min_length)s 个字符"),
    "string_too_long": gettext_lazy("最多 %(max_length)s 个字符"),
    "string_pattern_mismatch": gettext_lazy("格式不正确"),
    "string_type": gettext_lazy("应为文字"),
    "too_short": gettext_lazy("至少 %(min_length)s 项"),
    "too_long": gettext_lazy("最多 %(max_length)s 项"),
    "list_type": gettext_lazy("应为列表"),
    "int_type": gettext_lazy("应为整数"),
    "int_parsing": gettext_lazy("应为整数"),
    "int_parsing_size": gettext_lazy("数字超出允许的范围"),
    "int_from_float": gettext_lazy("应为整数"),
    "decimal_type": gettext_lazy("应为数字"),
    "decimal_parsing": gettext_lazy("应为数字"),
    "decimal_max_digits": gettext_lazy("数字位数过多"),
    "decimal_max_places": gettext_lazy("最多 %(decimal_places)s 位小数"),
    "decimal_whole_digits": gettext_lazy("数字位数过多"),
    "finite_number": gettext_lazy("应为数字"),
    "bool_type": gettext_lazy("应为是或否"),
    "bool_parsing": gettext_lazy("应为是或否"),
    "greater_than_equal": gettext_lazy("不得小于 %(ge)s"),
    "greater_than": gettext_lazy("应大于 %(gt)s"),
    "less_than_equal": gettext_lazy("不得大于 %(le)s"),
    "less_than": gettext_lazy("应小于 %(lt)s"),
    "out_of_range": gettext_lazy("数字超出允许的范围"),
    "date_type": gettext_lazy("应为日期，例如 2026-03-02"),
    "date_parsing": gettext_lazy("应为日期，例如 2026-03-02"),
    "date_from_datetime_parsing": gettext_lazy("应为日期，例如 2026-03-02"),
    "date_from_datetime_inexact": gettext_lazy("应为日期，例如 2026-03-02"),
    "date_invalid": gettext_lazy("应为日期，例如 2026-03-02"),
    "year_out_of_range": gettext_lazy("年份应在 %(first)s 至 %(last)s 之间"),
    "datetime_type": gettext_lazy("应为带时区的时间"),
    "datetime_parsing": gettext_lazy("应为带时区的时间"),
    "datetime_from_date_parsing": gettext_lazy("应为带时区的时间"),
    "timezone_aware": gettext_lazy("应为带时区的时间"),
    "email_invalid": gettext_lazy("请输入有效的电子邮箱"),
    "id_invalid": gettext_lazy("编号格式不正确"),
    "enum": gettext_lazy("不在可选范围内"),
    "literal_error": gettext_lazy("不在可选范围内"),
    "uuid_type": gettext_lazy("编号格式不正确"),
    "uuid_parsing": gettext_lazy("编号格式不正确"),
    "model_type": gettext_lazy("应为对象"),
    "model_attributes_type": gettext_lazy("应为对象"),
    "dict_type": gettext_lazy("应为对象"),
}


M = TypeVar("M", bound=BaseModel)


def told(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Pydantic's errors as `{loc, code, message}`; words of our own validators stay as they are."""
    return [{"loc": list(item["loc"]), "code": item["type"], "message": _message(item)} for item in found]


def invalid(error: ValidationError) -> InvalidInput:
    """The refusal of values that are not of their type."""
    return InvalidInput(errors=told(error.errors(include_url=False, include_input=False)))


def validated(model: type[M], values: Any) -> M:
    """The values as the model has them; raises InvalidInput with every error."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise invalid(error) from error


def message_of(code: str, **context: Any) -> str:
    """What is said of a code of pydantic's, or of one of our own that is named as they are."""
    try:
        return str(MESSAGES[code]) % context
    except KeyError:
        return _("内容不正确")


def _message(item: Mapping[str, Any]) -> str:
    context = item.get("ctx") or {}
    if "message" in context:
        return str(context["message"])
    if item["type"] in {"value_error", "assertion_error"}:
        return str(item["msg"])
    return message_of(item["type"], **context)
