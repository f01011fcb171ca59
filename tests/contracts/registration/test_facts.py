"""The facts of the figure: one table, and nothing beside it."""

import pytest

from contracts.registration import facts
from contracts.registration.forms import CorrectForm
from contracts.registration.models import RegistrationEvent
from contracts.registration.schemas import CorrectIn
from contracts.turnover import labels, sums
from contracts.turnover.models import TurnoverEntry, TurnoverSum
from market.kernel.clock import today
from market.reference import queries as reference


def longest(model: type, column: str) -> int:
    return model._meta.get_field(column).max_length


def test_each_column_is_a_fact_in_both_tables_and_each_dimension_is_one():
    assert sorted(column.name for column in facts.FactColumns._meta.local_fields) == sorted(facts.NAMES)
    for model in (RegistrationEvent, TurnoverEntry):
        assert set(facts.NAMES) < {column.name for column in model._meta.get_fields()}
    assert set(facts.Dimension) - set(facts.NAMES) == {facts.Dimension.MONTH}
    assert set(facts.NAMES) - set(facts.Dimension) == {"rule_set"}


@pytest.mark.parametrize("fact", facts.FACTS, ids=lambda fact: fact.name)
def test_the_sums_have_room_for_the_fact_and_its_codes(fact):
    assert len(fact.name) <= longest(TurnoverSum, "dimension")
    assert longest(TurnoverEntry, fact.name) <= longest(TurnoverSum, "code")


@pytest.mark.parametrize("fact", facts.CORRECTABLE.values(), ids=lambda fact: fact.name)
def test_a_correction_asks_for_a_code_that_a_list_has_and_that_the_column_holds(fact, registered):
    codes = [code for code, _label in reference.choices(fact.scheme, today())]

    assert codes
    if fact.scheme != facts.REGION:  # of that list a party may have the codes of six digits only
        assert max(map(len, codes)) <= longest(RegistrationEvent, fact.name)
    assert fact.name in CorrectIn.model_fields
    field = CorrectForm(row=registered.registration).fields[fact.name]
    assert field.label == fact.label
    assert field.required is not fact.is_optional


def test_each_dimension_has_a_name_and_cells_on_both_sides_but_its_own_region():
    assert list(labels.NAMES) == list(facts.Dimension)
    assert all(str(name) for name in labels.NAMES.values())
    assert {by for kept in sums.KEPT.values() for by in kept} == set(facts.DIMENSIONS)
