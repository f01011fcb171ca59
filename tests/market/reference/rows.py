"""Rows and lists of a test's own."""

from datetime import date

from market.reference.rules import ListedCode, ListedScheme


def listed(code: str, name_zh: str = "", **fields: object) -> ListedCode:
    """A row of a data file, verified and open from 2020 on unless told otherwise."""
    given = {
        "name_en": "",
        "parent": "",
        "valid_from": date(2020, 1, 1),
        "valid_until": None,
        "replaced_by": "",
        "evidence": "verified",
        "source": "",
    } | fields
    return ListedCode(code=code, name_zh=name_zh or f"名称{code}", **given)


def scheme(*codes: ListedCode, name: str = "fruit", **fields: object) -> ListedScheme:
    """A list of its own, named so that it meets none of the market's."""
    given = {"name_zh": "水果", "name_en": "Fruit", "standard": "", "source": "试验用", "parent_scheme": ""} | fields
    return ListedScheme(scheme=name, codes=codes, **given)
