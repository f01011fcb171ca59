"""`/api/v1/dictionaries`: the words behind every coded field."""

from typing import Annotated, Any

from ninja import Path, Query, Router

from market.kernel import clock
from market.kernel.api import ApiRequest, problems
from market.kernel.values import Day
from market.reference import queries
from market.reference.schemas import DictionaryDetail, DictionaryPage

router = Router(tags=["dictionaries"])

Scheme = Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$", description="Name of the list")]
Parent = Annotated[str | None, Query(max_length=40, description="Only the codes directly below it; empty: the top")]
On = Annotated[Day | None, Query(description="As on this day in Asia/Shanghai; today when absent")]


@router.get("", response={200: DictionaryPage, **problems()})
def list_dictionaries(request: ApiRequest) -> dict[str, Any]:
    """Every code list."""
    return {"items": queries.dictionaries()}


@router.get("/{scheme}", response={200: DictionaryDetail, **problems()})
def get_dictionary(request: ApiRequest, scheme: Scheme, on: On = None, parent: Parent = None) -> dict[str, Any]:
    """A code list with its codes."""
    return queries.dictionary(scheme, on=on or clock.today(), parent=parent)
