"""Patents of a listing: how they are accepted, what must hold of them, what of them is sent and found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field

from listings.catalog import rules
from listings.catalog.kinds.base import Child, Error
from listings.catalog.models import Achievement, Patent
from listings.catalog.problems import PatentLapsed
from market.kernel.api import Payload
from market.kernel.values import ON_ONE_LINE
from market.reference.identifiers.patents import (
    is_publication_shaped,
    number_forms,
    parse_application_no,
    parse_publication_no,
)
from market.reference.identifiers.text import InvalidIdentifier


class PatentData(Payload):
    """A patent by its application number, its publication number, or both."""

    application_no: Annotated[str, Field(max_length=40)] = ""
    publication_no: Annotated[str, Field(max_length=40)] = ""
    title: Annotated[str, Field(min_length=1, max_length=300), ON_ONE_LINE]
    applicant: Annotated[str, Field(max_length=200)] = ""
    patentee: Annotated[str, Field(max_length=200)] = ""
    filed_on: date | None = None
    granted_on: date | None = None


class PatentOut(Schema):
    application_no: str
    publication_no: str
    patent_type: str
    title: str
    applicant: str
    patentee: str
    filed_on: date | None
    granted_on: date | None
    expires_on: date | None
    legal_status: str


@dataclass(frozen=True, slots=True)
class PatentFacts:
    """A patent's numbers as they are stored, and what follows from them."""

    application_no: str
    publication_no: str
    patent_type: Patent.Type


def patent_facts(patent: PatentData) -> PatentFacts:
    """The normalised numbers; raises InvalidIdentifier. The type comes from the application number if there is one.

    A publication number that stands where the application number belongs, and alone, is taken for what it is.
    """
    application_no, publication_no = patent.application_no, patent.publication_no
    if not publication_no and is_publication_shaped(application_no):
        application_no, publication_no = "", application_no
    application = parse_application_no(application_no) if application_no else None
    publication = parse_publication_no(publication_no) if publication_no else None
    numbered = application or publication
    if numbered is None:
        raise InvalidIdentifier("number_missing", _("请填写专利申请号或公开（公告）号"))
    return PatentFacts(
        application_no=application.value if application else "",
        publication_no=publication.value if publication else "",
        patent_type=Patent.Type(numbered.patent_type),
    )


def achievement_errors(data: Any, *, on: date) -> list[Error]:
    """What is wrong with an achievement's patents and the days of its research."""
    errors = [
        error for index, patent in enumerate(data.patents) for error in _patent_errors(patent, ["patents", index], on)
    ]
    if not errors:
        errors = _repeated_patents(data.patents)
    if data.research_started_on and data.research_ended_on and data.research_ended_on < data.research_started_on:
        message = _("研究终止早于起始（%(day)s）") % {"day": data.research_started_on}
        errors.append({"loc": ["research_ended_on"], "code": "before_start", "message": message})
    return errors


def _patent_errors(patent: PatentData, loc: list[Any], on: date) -> list[Error]:
    try:
        patent_facts(patent)
    except InvalidIdentifier as error:
        field = "publication_no" if patent.publication_no and not patent.application_no else "application_no"
        return [_error([*loc, field], error)]
    for field in ("filed_on", "granted_on"):
        if (day := getattr(patent, field)) is not None and day > on:
            message = _("日期晚于今天（%(day)s）") % {"day": on}
            return [{"loc": [*loc, field], "code": "in_future", "message": message}]
    if patent.filed_on and patent.granted_on and patent.granted_on < patent.filed_on:
        message = _("授权日早于申请日（%(day)s）") % {"day": patent.filed_on}
        return [{"loc": [*loc, "granted_on"], "code": "before_filing", "message": message}]
    return []


def _repeated_patents(patents: Sequence[PatentData]) -> list[Error]:
    """A listing names a patent once, by either of its numbers."""
    errors, seen = [], set[str]()
    for index, patent in enumerate(patents):
        facts = patent_facts(patent)
        for field in ("application_no", "publication_no"):
            number = getattr(facts, field)
            if number and number in seen:
                message = _("专利 %(number)s 已在本成果中列出") % {"number": number}
                errors.append({"loc": ["patents", index, field], "code": "patent_twice", "message": message})
                break
        seen |= {facts.application_no, facts.publication_no} - {""}
    return errors


def _error(loc: list[Any], error: InvalidIdentifier) -> Error:
    return {"loc": loc, "code": error.code, "message": str(error.message)}


def of_one_patent(values: dict[str, Any]) -> dict[str, Any]:
    """A patent's facts as an achievement: its number, its title and its classes say what it is."""
    number = values.pop("publication_no", None)
    if number is None:
        return values
    classes = values.pop("ipc_subclasses", [])
    patent = {"publication_no": number, "title": values.get("title", "")}
    return values | {"ipc_codes": classes, "ip_type": "patent", "patents": [patent]}


def stored(patent: PatentData) -> dict[str, Any]:
    """The columns of its row: the numbers normalised, the type and the end of the term that follow from them."""
    facts = patent_facts(patent)
    return patent.model_dump() | {
        "application_no": facts.application_no,
        "publication_no": facts.publication_no,
        "patent_type": facts.patent_type,
        "expires_on": rules.expires_on(facts.patent_type, patent.filed_on),
    }


def is_same(known: Patent, row: Patent) -> bool:
    numbers = {known.application_no, known.publication_no} - {""}
    return bool(numbers & ({row.application_no, row.publication_no} - {""}))


def take_over(known: Patent, row: Patent) -> None:
    """What the owner says now; what no owner types, such as the legal status or a term extended, stays."""
    if (known.filed_on, known.patent_type) != (row.filed_on, row.patent_type):
        known.expires_on = row.expires_on
    for name in (*PATENTS.columns, "patent_type"):
        setattr(known, name, getattr(row, name))


def require_unlapsed(achievement: Achievement, *, on: date) -> None:
    """Raise PatentLapsed where every patent's term has ended."""
    rows = list(achievement.patents.all())
    lapsed = [str(row) for row in rows if row.expires_on and row.expires_on <= on]
    if lapsed and len(lapsed) == len(rows):
        raise PatentLapsed(patents=lapsed)


PATENTS = Child(
    field="patents",
    parent="achievement",
    model=Patent,
    data=PatentData,
    schema=PatentOut,
    columns=("application_no", "publication_no", "title", "applicant", "patentee", "filed_on", "granted_on"),
    exchanged=("application_no", "publication_no", "title"),
    order=("publication_no", "application_no"),
    key="publication_no",
    listed="patent_listed",
    stored=stored,
    is_same=is_same,
    take_over=take_over,
    having=lambda text: Q(title__icontains=text) | Q(application_no=text) | Q(publication_no=text),
    names=lambda row: (row.applicant, row.patentee),
    numbers=lambda row: number_forms(row.application_no, row.publication_no),
)
