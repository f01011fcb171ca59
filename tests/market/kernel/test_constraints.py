"""What the database refuses, named by its constraint."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from market.accounts.models import Organisation
from market.accounts.problems import OrganisationExists
from market.kernel.constraints import broken_constraint, refuse_on
from market.kernel.problems import NotAllowed
from tests.cast import credit_code

ROOT = Path(__file__).resolve().parents[3]
FLOORS = ("market", "search", "listings", "matching", "contracts")


def twin(cast) -> Organisation:
    return Organisation(kind="enterprise", name="同码", credit_code=credit_code(2), region="360781")


@pytest.mark.django_db
def test_a_broken_constraint_is_the_refusal_that_it_is_named_with(cast):
    with pytest.raises(OrganisationExists) as refused, refuse_on(one_row_per_credit_code=OrganisationExists):
        twin(cast).save()

    assert isinstance(refused.value.__cause__, IntegrityError)
    assert Organisation.objects.filter(name="同码").exists() is False  # and the transaction goes on


@pytest.mark.django_db
def test_another_constraint_stays_the_bug_that_it_is(cast):
    with pytest.raises(IntegrityError), refuse_on(one_seal_per_party=NotAllowed):
        twin(cast).save()


@pytest.mark.django_db
def test_the_name_of_the_constraint_is_the_servers(cast):
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        twin(cast).save()

    assert broken_constraint(raised.value) == "one_row_per_credit_code"
    assert broken_constraint(IntegrityError("of no server")) == ""


def named() -> Iterator[str]:
    """Every name that the product gives to `refuse_on`."""
    for floor in FLOORS:
        for path in (ROOT / floor).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "refuse_on":
                    yield from (keyword.arg for keyword in node.keywords if keyword.arg)


@pytest.mark.django_db
def test_every_constraint_that_is_refused_by_name_is_in_the_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")
        known = {name for (name,) in cursor.fetchall()}

    names = set(named())

    assert len(names) >= 11
    assert names <= known
