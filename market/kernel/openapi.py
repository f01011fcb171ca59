"""The API document: what the endpoints' own helpers say of themselves, under names that no two classes share."""

import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.schema import NinjaGenerateJsonSchema

from market.kernel.idempotency import KeyMissing, KeyReused, RequestInFlight
from market.kernel.problems import (
    CsrfFailed,
    InvalidInput,
    MediaTypeRefused,
    Problem,
    TooManyRequests,
    VersionInvalid,
    VersionMissing,
)

PROBLEM_MEDIA_TYPE = "application/problem+json"
SERIALIZED = "serialization"
MODULE = re.compile(r"(?<![\w.])(?:[a-z_]\w*\.)+(?=[A-Z])")
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string", "pattern": '^(W/)?"[0-9]{1,9}"$', "examples": ['"3"']},
    "description": "The ETag of the version that was read.",
}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "description": "The client's own name of this request; sent again under it, it has one effect and one answer.",
}
# What a POST may be refused with because of its key.
OF_KEYS: tuple[type[Problem], ...] = (KeyReused, RequestInFlight)
JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"


@dataclass(frozen=True)
class Refusals:
    """The refusals of one status, beside its model."""

    problems: tuple[type[Problem], ...]


@dataclass(frozen=True)
class MediaTypes:
    """An answer that is a file, and of which kinds it may be."""

    names: tuple[str, ...]


def metadata_of(model: Any, kind: type[Any]) -> Any:
    """What a response was annotated with, where it was."""
    fields = getattr(model, "model_fields", {})
    found = fields["response"].metadata if "response" in fields else []
    return next((item for item in found if isinstance(item, kind)), None)


def refusals_of(operation: Operation) -> set[type[Problem]]:
    """Every refusal that an operation declares."""
    found = {
        problem
        for model in operation.response_models.values()
        if (declared := metadata_of(model, Refusals))
        for problem in declared.problems
    }
    if VersionMissing in found:
        found.add(VersionInvalid)
    if accepted_media(operation):
        found.add(MediaTypeRefused)
    if not set(operation.methods) <= {"GET", "HEAD"}:
        found.add(CsrfFailed)
    return found | set(OF_KEYS) if "POST" in operation.methods else found


def accepted_media(operation: Operation) -> tuple[str, ...]:
    """The kinds of body that an operation reads; none where it reads none."""
    sources = {model.__ninja_param_source__ for model in operation.models}
    if "file" in sources:
        return (MULTIPART,)
    if "form" in sources:
        return (FORM, MULTIPART)
    return (JSON,) if "body" in sources else ()


class NamedJsonSchema(NinjaGenerateJsonSchema):
    """Components by the whole name of their class: `Deduction.Kind` is `DeductionKind`, and no other class's Kind."""

    def get_defs_ref(self, core_mode_ref: Any) -> Any:
        reference = super().get_defs_ref(core_mode_ref)
        core_ref, _mode = core_mode_ref
        whole = MODULE.sub("", re.sub(r":\d+", "", core_ref)).replace(".", "")
        choices = self._prioritized_defsref_choices[reference]
        choices[0] = type(choices[0])(self.normalize_name(whole))
        return reference


class _Named:
    """A model whose schema is made with our names; everything else is the model's."""

    def __init__(self, model: Any, made: dict[Any, dict[str, Any]]) -> None:
        self._model = model
        self._made = made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def model_json_schema(self, **options: Any) -> dict[str, Any]:
        """Made once for all answers with one refusal, each of which has a model of its own: most of the document."""
        is_refusal = metadata_of(self._model, Refusals) is not None
        key = (self._model.model_fields["response"].annotation if is_refusal else self._model, *options.items())
        if key not in self._made:
            self._made[key] = self._model.model_json_schema(**options | {"schema_generator": NamedJsonSchema})
        return deepcopy(self._made[key])


class Document(OpenAPISchema):
    """OpenAPI 3.1 with headers, files and the codes of refusals; two components of one name end its making."""

    def __init__(self, *args: Any) -> None:
        self._made: dict[Any, dict[str, Any]] = {}
        super().__init__(*args)

    def _extract_parameters(self, model: Any) -> Any:
        named: Any = _Named(model, self._made)
        return super()._extract_parameters(named)

    def _create_schema_from_model(self, model: Any, *args: Any, **options: Any) -> Any:
        named: Any = _Named(model, self._made)
        return super()._create_schema_from_model(named, *args, **options)

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        for name, definition in definitions.items():
            # Generators of clients name their classes by the title.
            definition["title"] = name
            if self.schemas.setdefault(name, definition) != definition:
                raise ValueError(f"two components are named {name}")

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        details: dict[str, Any] = super().operation_details(operation)
        refusals = refusals_of(operation)
        if VersionMissing in refusals:
            details["parameters"] = [*details["parameters"], IF_MATCH]
        if set(operation.methods) == {"GET"} and "security" in details:
            # Anyone may read; who is known may be shown more.
            details["security"] = [{}, *details["security"]]
        if "POST" in operation.methods:
            key = IDEMPOTENCY_KEY | {"required": KeyMissing in refusals}
            details["parameters"] = [*details["parameters"], key]
        return details

    def responses(self, operation: Operation) -> dict[int, dict[str, Any]]:
        found = super().responses(operation)
        refusals = refusals_of(operation)
        for problem in refusals:
            # What the ground refuses has the form of what the endpoint declares.
            found.setdefault(problem.status, deepcopy(found[InvalidInput.status]))
        for status, answer in found.items():
            if status >= 400:
                here = sorted((problem for problem in refusals if problem.status == status), key=lambda one: one.code)
                self._refuse(answer, here)
            else:
                model = operation.response_models[status]
                files = metadata_of(model, MediaTypes)
                if files:
                    answer["content"] = {
                        name: {"schema": OBJECT if name.endswith("json") else BINARY} for name in files.names
                    }
                if headers := answer_headers(operation, status, answer, self.schemas):
                    answer["headers"] = headers
        return found

    @staticmethod
    def _refuse(answer: dict[str, Any], problems: Iterable[type[Problem]]) -> None:
        problems = list(problems)
        answer["content"] = {PROBLEM_MEDIA_TYPE: answer["content"].pop("application/json")}
        answer["x-problem-codes"] = [problem.code for problem in problems]
        answer["description"] = "; ".join(f"`{problem.code}`" for problem in problems)
        if any("retry_after_seconds" in problem.fields for problem in problems):
            required = all(issubclass(problem, TooManyRequests) for problem in problems)
            answer["headers"] = {"Retry-After": {"required": required, "schema": {"type": "integer", "minimum": 0}}}


BINARY = {"type": "string", "format": "binary"}
OBJECT = {"type": "object"}  # a file of JSON is read as what it holds
TEXT = {"schema": {"type": "string"}}


def answer_headers(
    operation: Operation, status: int, answer: dict[str, Any], components: dict[str, Any]
) -> dict[str, Any]:
    """ETag beside a row that has a version, Location beside what was made."""
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    component = components.get(schema.get("$ref", "").rpartition("/")[2], {})
    headers: dict[str, Any] = {}
    if "version" in component.get("properties", {}):
        headers["ETag"] = TEXT | {"description": "For If-Match in the next change."}
    if status in {201, 202}:
        headers["Location"] = TEXT | {"description": "The address of what was made."}
    if "POST" in operation.methods:
        headers["Idempotent-Replayed"] = {"schema": {"const": "true"}}
    return headers
