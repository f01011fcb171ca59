"""Short ways to what tests of introductions and deals speak about."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import models

from listings.catalog.models import Achievement, Demand
from market.kernel.models import AuditRow, Delivery, OutboxEvent, PrivateFile
from market.kernel.problems import Problem
from market.notices.models import Notice
from matching.brokerage.models import Deal, DealMove, Introduction

ROWS: tuple[type[models.Model], ...] = (Achievement, Demand, Introduction, Deal, DealMove)
GROWING: tuple[type[models.Model], ...] = (AuditRow, OutboxEvent, Delivery, PrivateFile, Notice)


def standing() -> dict[str, Any]:
    """Every row of the floor, and how many lines each trail and queue has."""
    rows: dict[str, Any] = {table.__name__: list(table._default_manager.order_by("pk").values()) for table in ROWS}
    return rows | {table.__name__: table._default_manager.count() for table in GROWING}


@contextmanager
def nothing_moves() -> Iterator[None]:
    before = standing()
    yield
    assert standing() == before


@contextmanager
def refused(problem: type[Problem]) -> Iterator[pytest.ExceptionInfo[Problem]]:
    """The block is refused with exactly this problem, and nothing of what stood has moved."""
    with nothing_moves(), pytest.raises(problem) as found:
        yield found
    assert type(found.value) is problem


def refusal(answer: Any) -> tuple[int, str]:
    """Status and stable code of a refusal."""
    assert answer["Content-Type"] == "application/problem+json", answer.content
    return answer.status_code, answer.json()["code"]


def stand_in(deal: Deal, stage: str) -> Deal:
    """The deal as a row of that stage, however it came there."""
    reason = Deal.LostReason.PRICE if stage == Deal.Stage.LOST else ""
    Deal.objects.filter(pk=deal.pk).update(stage=stage, lost_reason=reason)
    return Deal.objects.get(pk=deal.pk)


def path(deal: Deal, verb: str = "") -> str:
    return f"/deals/{deal.id}" + (f"/{verb}" if verb else "")


def published(prefix: str = "matching.brokerage.") -> list[tuple[str, dict[str, Any]]]:
    """Topics and payloads of what the room told the rest, oldest first."""
    events = OutboxEvent.objects.filter(topic__startswith=prefix).order_by("id")
    return [(event.topic.removeprefix(prefix), event.payload) for event in events]


def told(organisation: Any, kind: str) -> list[tuple[str, str, str]]:
    """Who of the organisation was told what of a kind: name, title, address; oldest first."""
    found = Notice.objects.filter(kind=kind, user__memberships__organisation=organisation)
    return list(found.order_by("created_at", "id").values_list("user__name", "title", "url"))
