"""What must hold of a listing's values: codes that exist, numbers that are numbers, rights that have not ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from listings.catalog.data import AchievementData, DemandData, PatentData
from listings.catalog.models import Patent
from market.kernel.clock import years_later
from market.reference import queries as reference
from market.reference.identifiers.ipc import normalise_ipc
from market.reference.identifiers.patents import is_publication_shaped, parse_application_no, parse_publication_no
from market.reference.identifiers.text import InvalidIdentifier

TERM_YEARS = {Patent.Type.INVENTION: 20, Patent.Type.UTILITY_MODEL: 10, Patent.Type.DESIGN: 15}

ACHIEVEMENT_CODES = {
    "technology_field": "technology_field",
    "local_industry": "local_industry",
    "industries": "industry",
    "region": "region",
    "maturity": "maturity",
    "ip_type": "ip_type",
    "transfer_modes": "transfer_mode",
    "pricing": "pricing",
    "attribute": "achievement_attribute",
    "form": "achievement_form",
    "level": "achievement_level",
    "category": "achievement_category",
    "application_state": "application_state",
}
DEMAND_CODES = {
    "technology_field": "technology_field",
    "local_industry": "local_industry",
    "industries": "industry",
    "region": "region",
    "source": "demand_source",
    "required_maturity": "maturity",
    "short_cooperation": "cooperation_short",
    "long_cooperation": "cooperation_long",
}

Error = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PatentFacts:
    """A patent's numbers as they are stored, and what follows from them."""

    application_no: str
    publication_no: str
    patent_type: Patent.Type


def achievement_errors(data: AchievementData, *, on: date) -> list[Error]:
    """Everything wrong with an achievement's values, by field."""
    errors = _unknown_codes(data.model_dump(), ACHIEVEMENT_CODES, on)
    for index, code in enumerate(data.ipc_codes):
        try:
            normalise_ipc(code)
        except InvalidIdentifier as error:
            errors.append(_error(["ipc_codes", index], error))
    for index, patent in enumerate(data.patents):
        errors += _patent_errors(patent, ["patents", index], on)
    if not errors:
        errors += _repeated_patents(data.patents)
    if data.research_started_on and data.research_ended_on and data.research_ended_on < data.research_started_on:
        message = _("研究终止早于起始（%(day)s）") % {"day": data.research_started_on}
        errors.append({"loc": ["research_ended_on"], "code": "before_start", "message": message})
    return errors


def demand_errors(data: DemandData, *, on: date) -> list[Error]:
    return _unknown_codes(data.model_dump(), DEMAND_CODES, on)


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


def expires_on(patent_type: Patent.Type, filed_on: date | None) -> date | None:
    """The day on which the right has ended: 20, 10 or 15 years from filing (worked example 13)."""
    if filed_on is None:
        return None
    return years_later(filed_on, TERM_YEARS[patent_type])


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


def has_expired(expires_on: date | None, *, on: date) -> bool:
    """Whether the last day of a listing is over."""
    return expires_on is not None and expires_on < on


def _unknown_codes(values: Mapping[str, Any], schemes: Mapping[str, str], on: date) -> list[Error]:
    errors = []
    for field, scheme in schemes.items():
        value = values[field]
        codes: Iterable[str] = value if isinstance(value, list) else ([value] if value else [])
        errors += [
            {"loc": [field], "code": "unknown_code", "message": _("代码 %(code)s 不在字典中") % {"code": code}}
            for code in reference.unknown_codes(scheme, codes, on)
        ]
    return errors


def _error(loc: list[Any], error: InvalidIdentifier) -> Error:
    return {"loc": loc, "code": error.code, "message": str(error.message)}
