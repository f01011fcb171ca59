"""What every endpoint shares: strict payloads, refusals as problem+json, versions, cursors, keys."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache, wraps
from typing import Annotated, Any, TypeVar, get_args
from uuid import UUID

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf
from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from market.kernel import values
from market.kernel.actor import Actor
from market.kernel.http import ActorRequest, actor_of, csrf_failed, problem_response, refuse_unreadable
from market.kernel.openapi import Document, MediaTypes, Refusals, accepted_media
from market.kernel.paging import MAX_LIMIT
from market.kernel.problems import (
    InvalidInput,
    MediaTypeRefused,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Problem,
    Stale,
    TooLarge,
    TooManyRequests,
    UnknownParameter,
    VersionInvalid,
    VersionMissing,
    WrongState,
)
from market.kernel.text import mapped, tidy
from market.kernel.validation import told

ApiRequest = ActorRequest
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ALWAYS: tuple[type[Problem], ...] = (
    UnknownParameter,
    NotSignedIn,
    NotAllowed,
    NotFound,
    TooLarge,
    InvalidInput,
    TooManyRequests,
)
CHANGING: tuple[type[Problem], ...] = (Stale, VersionMissing, WrongState)

Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Rows on a page")]
Cursor = Annotated[str, Field(max_length=1000, description="The `next` of the page before")]
Amount = Annotated[str, Field(pattern=r"^-?\d{1,14}\.\d{2}$", description="Yuan as a decimal string, two places")]


class Payload(Schema):
    """A body that is read strictly: unknown fields and what no column holds are refused, texts are put right.

    Its fields need no type of `market.kernel.values` for that: every one passes here.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _as_kept(cls, value: Any, info: ValidationInfo) -> Any:
        kinds = _kinds(cls, info.field_name or "")
        if date in kinds or datetime in kinds:
            values.no_number(value)
        # A payload within it asks for itself, and names the field.
        return value if any(issubclass(kind, Payload) for kind in kinds) else values.readable(mapped(value, tidy))

    @field_validator("*", mode="after")
    @classmethod
    def _fitting(cls, value: Any) -> Any:
        return values.fitting(value)

    def values(self) -> dict[str, Any]:
        """What was sent, as the service takes it."""
        return self.model_dump()


@cache
def _kinds(model: type[Payload], name: str) -> frozenset[type]:
    """The plain types that a field's annotation is made of."""

    def within(annotation: Any) -> Iterator[type]:
        for part in get_args(annotation):
            yield from within(part)
        if isinstance(annotation, type) and not get_args(annotation):
            yield annotation

    return frozenset(within(model.model_fields[name].annotation))


class ProblemOut(Schema):
    """RFC 9457; `code` is stable, `title` and `detail` follow Accept-Language."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    instance: str = ""
    errors: list[dict[str, Any]] = []


def problems(*refusals: type[Problem]) -> dict[int, Any]:
    """The refusals of an endpoint, as ninja's response mapping; what every endpoint may answer is included."""
    by_status: dict[int, tuple[type[Problem], ...]] = {}
    for refusal in dict.fromkeys((*ALWAYS, *refusals)):
        by_status[refusal.status] = (*by_status.get(refusal.status, ()), refusal)
    return {status: Annotated[ProblemOut, Refusals(found)] for status, found in by_status.items()}


def file_answer(*media_types: str) -> Any:
    """An answer that is a file of one of these kinds, for ninja's response mapping."""
    return Annotated[bytes, MediaTypes(tuple(name.partition(";")[0] for name in media_types))]


class KeyAuth(HttpBearer):
    """An organisation's API key as a bearer token; ActorMiddleware has looked it up.

    Under `/api/v1/contracts` a key writes with `contracts:read` and `contracts:write`, and so on for each scope: a new
    row has no policy to ask, and what a key may not read it could not be told that it made.
    """

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        actor = actor_of(request)
        if actor.api_key_id is None:
            raise NotSignedIn
        scope = request.path.removeprefix(reverse("api:api-root")).partition("/")[0]
        if request.method not in SAFE_METHODS and not {f"{scope}:read", f"{scope}:write"} <= (actor.scopes or set()):
            raise NotAllowed
        return actor


class SessionAuth(APIKeyCookie):
    """The portal's own session, with its CSRF token on writes; reads may be anonymous."""

    param_name = settings.SESSION_COOKIE_NAME

    def _get_key(self, request: HttpRequest) -> str | None:
        return request.COOKIES.get(self.param_name, "")

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        actor = actor_of(request)
        if request.method not in SAFE_METHODS:
            if not actor.is_signed_in:
                raise NotSignedIn
            if check_csrf(request):
                raise csrf_failed()
        return actor

    def __call__(self, request: HttpRequest) -> Any:
        # An anonymous actor is an answer too, and a frozen dataclass is always true.
        return self.authenticate(request, self._get_key(request))


class StrictParser(Parser):
    """Reads JSON with orjson, which refuses lone surrogates and NaN, and refuses U+0000."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            body = orjson.loads(request.body)
        except orjson.JSONDecodeError as error:
            place = {"line": error.lineno, "column": error.colno}
            message = _("第 %(line)s 行第 %(column)s 个字符处不是有效的 JSON") % place
            raise InvalidInput(errors=[{"loc": ["body"], "code": "json_invalid", "message": message}]) from error
        refuse_unreadable(body)
        return body


class FastRenderer(BaseRenderer):
    """orjson; decimals travel as strings because the schemas make them so."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, default=str)


class MarketAPI(NinjaAPI):
    """NinjaAPI with our refusals, documented as problem+json."""

    def __init__(self, **options: Any) -> None:
        super().__init__(auth=[KeyAuth(), SessionAuth()], parser=StrictParser(), renderer=FastRenderer(), **options)
        self.add_decorator(refuse_undeclared, mode="view")
        self.add_exception_handler(Problem, _answer(lambda problem: problem))
        for kind, translate in TRANSLATIONS.items():
            self.add_exception_handler(kind, _answer(translate))

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> Document:
        return Document(self, self.get_root_path(path_params or {}) if path_prefix is None else path_prefix)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """By tag and verb: a file that moves to another room breaks no client."""
        [tag] = operation.tags or ["market"]
        return f"{tag}_{operation.view_func.__name__}".replace("-", "_")


def _invalid(error: ValidationError) -> Problem:
    return InvalidInput(errors=told(error.errors))


def _http(error: HttpError) -> Problem:
    """Ninja's own words are English only, and hide what the parser found."""
    if isinstance(error.__cause__, Problem):
        return error.__cause__
    known = {NotAllowed.status: NotAllowed, NotFound.status: NotFound, NotSignedIn.status: NotSignedIn}
    return known.get(error.status_code, InvalidInput)()


TRANSLATIONS: dict[type[Exception], Callable[[Any], Problem]] = {
    ValidationError: _invalid,
    HttpError: _http,
    AuthenticationError: lambda error: NotSignedIn(),
    Http404: lambda error: NotFound(),
    RequestDataTooBig: lambda error: TooLarge(limit_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE),
}


def _answer(translate: Callable[[Any], Problem]) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda request, error: problem_response(request, translate(error))


R = TypeVar("R", bound=Callable[..., Any])


def refuse_undeclared(run: R) -> R:
    """A misspelled filter must not look like no filter, and a body is read as what the operation declares."""
    operation: Any = run.__self__  # type: ignore[attr-defined]

    @wraps(run)
    def checked(request: HttpRequest, **kwargs: Any) -> Any:
        declared = {
            name
            for model in operation.models
            if model.__ninja_param_source__ == "query"
            for name in model.__ninja_flatten_map__
        }
        if unknown := sorted(set(request.GET) - declared):
            return problem_response(request, UnknownParameter(parameters=unknown))
        accepted = accepted_media(operation)
        has_body = request.content_type or request.META.get("CONTENT_LENGTH") not in {None, "", "0"}
        if accepted and has_body and request.content_type not in accepted:
            return problem_response(request, MediaTypeRefused(accepted=accepted))
        return run(request, **kwargs)

    return checked  # type: ignore[return-value]


VERSION = re.compile(r'(?:W/)?("?)([0-9]{1,9})\1')


def if_match(request: HttpRequest) -> int:
    """The version that the client read, from `If-Match: "3"`. Raises VersionMissing, VersionInvalid."""
    tag = request.headers.get("If-Match", "").strip()
    if not tag:
        raise VersionMissing
    if (found := VERSION.fullmatch(tag)) is None:
        raise VersionInvalid
    return int(found[2])


def tag(response: HttpResponse, row: Any) -> None:
    """Give the client the version to name in its next change."""
    response["ETag"] = f'"{row.version}"'


class Reference(Schema):
    """A row named by another: its id and what people call it."""

    id: UUID
    name: str
