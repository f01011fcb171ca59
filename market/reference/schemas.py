from datetime import date, datetime

from ninja import Schema


class DictionaryOut(Schema):
    """A code list; `name` follows Accept-Language, `fingerprint` changes when any of its codes does."""

    scheme: str
    name: str
    name_zh: str
    name_en: str
    standard: str
    source: str
    parent_scheme: str
    fingerprint: str
    loaded_at: datetime


class DictionaryPage(Schema):
    items: list[DictionaryOut]
    next: str | None = None


class CodeOut(Schema):
    """What a code means; `evidence` is verified, inferred or unverified, `valid_until` is the first day without it."""

    code: str
    name: str
    name_zh: str
    name_en: str
    parent: str
    valid_from: date
    valid_until: date | None
    evidence: str
    source: str


class DictionaryDetail(DictionaryOut):
    """A code list with its codes as on one day, all on one page."""

    on: date
    items: list[CodeOut]
    next: str | None = None
