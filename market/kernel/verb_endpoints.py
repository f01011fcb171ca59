"""The endpoints of a lifecycle: a POST to each verb, as its table tells it."""

from collections.abc import Callable
from dataclasses import replace
from inspect import Parameter, Signature
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import File, Form, Router, UploadedFile

from market.kernel import clock
from market.kernel.api import CHANGING, ApiRequest, if_match, problems
from market.kernel.idempotency import REPEATABLE, require_key
from market.kernel.lifecycle import Endpoint, Lifecycle, Verb
from market.kernel.problems import SecondPersonNeeded

AS_FORM: Any = Form
Answer = Callable[[ApiRequest, HttpResponse, UUID], Any]


def add_verbs(router: Router, lifecycle: Lifecycle, *, out: type[Any], answer: Answer, under: str = "") -> None:
    """Add `POST <under>/<id>/<verb>` for each verb that has an endpoint; `answer` shows the row afterwards as `out`."""
    for verb in lifecycle.verbs:
        if verb.endpoint is None:
            continue
        path = verb.endpoint.path or verb.code.replace("_", "-")
        responses = {200: out, **problems(*CHANGING, *_refusals(verb, verb.endpoint))}
        row = f"{under}/{{uuid:{_address(lifecycle)}}}"
        router.post(f"{row}/{path}", response=responses)(_operation(lifecycle, verb, verb.endpoint, answer))
        if former := verb.endpoint.formerly:
            again = replace(verb.endpoint, operation=former.replace("-", "_"))
            add = router.post(f"{row}/{former}", response=responses, deprecated=True)
            add(_operation(lifecycle, verb, again, answer))


def _address(lifecycle: Lifecycle) -> str:
    return lifecycle.address or lifecycle.id_name


def _refusals(verb: Verb, endpoint: Endpoint) -> list[Any]:
    repeatable = REPEATABLE if endpoint.needs_key else ()
    four_eyes = (SecondPersonNeeded,) if verb.needs_another else ()
    return [*repeatable, *four_eyes, *endpoint.refusals]


def _operation(lifecycle: Lifecycle, verb: Verb, endpoint: Endpoint, answer: Answer) -> Callable[..., Any]:
    """The view function; ninja reads its parameters from the signature."""

    def run(request: ApiRequest, response: HttpResponse, **values: Any) -> Any:
        row_id = values.pop(_address(lifecycle))
        payload = values.pop("payload", None)
        told = payload.values() if payload is not None else {}
        named = {lifecycle.id_name: row_id, "version": if_match(request), "at": clock.now()}
        verb.service(actor=request.actor, **named, **told, **values)
        return answer(request, response, row_id)

    def run_once(request: ApiRequest, response: HttpResponse, **values: Any) -> Any:
        require_key(request)
        return run(request, response, **values)

    view = run_once if endpoint.needs_key else run
    view.__name__ = endpoint.operation or verb.code
    view.__doc__ = endpoint.about
    view.__signature__ = Signature(_parameters(lifecycle, endpoint))  # type: ignore[attr-defined]
    return view


def _parameters(lifecycle: Lifecycle, endpoint: Endpoint) -> list[Parameter]:
    kinds: dict[str, Any] = {"request": ApiRequest, "response": HttpResponse, _address(lifecycle): UUID}
    if endpoint.payload is not None:
        kinds["payload"] = AS_FORM[endpoint.payload] if endpoint.file else endpoint.payload
    if endpoint.file:
        kinds[endpoint.file] = File[UploadedFile]
    return [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, annotation=kind) for name, kind in kinds.items()]
