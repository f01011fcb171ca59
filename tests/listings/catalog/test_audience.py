"""One rule said twice: the rows that someone may see are the documents that someone may find."""

from itertools import product

import pytest

from listings.catalog import indexing, policy, queries
from listings.catalog.models import SHOWN_STATES, Achievement, Demand, Disclosure, State
from market.kernel.actor import Actor, OrganisationKind, Role
from market.kernel.policy import audience_tokens
from tests.cast import MONDAY, Cast, member, organisation

MODELS = [Achievement, Demand]
CASES = {
    Achievement: (policy.achievements, queries.shown_achievements, indexing.achievement_documents),
    Demand: (policy.demands, queries.shown_demands, indexing.demand_documents),
}


def every_listing(model, cast: Cast) -> list:
    """A listing of each owner in every state and disclosure."""
    owners = (cast.university, cast.enterprise, cast.agency)
    return [
        model.objects.create(
            title=f"{owner.name} {state} {disclosure}",
            owner=owner,
            state=state,
            disclosure=disclosure,
            published_at=None if state in {State.DRAFT, State.WITHDRAWN} else MONDAY,
            created_at=MONDAY,
            updated_at=MONDAY,
        )
        for owner, state, disclosure in product(owners, State, Disclosure)
    ]


def everyone(cast: Cast) -> dict[str, Actor]:
    """The cast, and those who stand between its parts."""
    waiting = organisation(OrganisationKind.ENTERPRISE, "待核验企业", 8)
    type(waiting).objects.filter(pk=waiting.pk).update(verified_at=None)
    return cast.everyone | {
        "unverified": member(waiting, "unverified", Role.CLERK, Role.MANAGER),
        "operators_finance": member(cast.operator_organisation, "operators-finance", Role.FINANCE),
        "operator_elsewhere": member(cast.other_enterprise, "operator-elsewhere", Role.OPERATOR),
    }


@pytest.mark.parametrize("model", MODELS)
def test_rows_in_scope_are_the_rows_whose_audience_one_belongs_to(cast, model):
    rows = every_listing(model, cast)
    rule, _shown, _documents = CASES[model]
    people = everyone(cast)

    seen = {name: set(rule.visible_to(actor)) for name, actor in people.items()}

    for name, actor in people.items():
        tokens = audience_tokens(actor)
        assert seen[name] == {row for row in rows if tokens & set(policy.audience(row, row.owner_id))}, name
    sizes = {name: len(found) for name, found in seen.items()}
    per_owner, shown = len(State) * len(Disclosure), len(SHOWN_STATES)
    assert len(rows) == 3 * per_owner
    assert sizes["operator"] == len(rows)
    assert sizes["nobody"] == 3 * shown
    assert sizes["stranger"] == sizes["unverified"] == 3 * shown * 2
    assert sizes["other_clerk"] == sizes["operators_finance"] == sizes["operator_elsewhere"] == 3 * shown * 3
    assert sizes["university_clerk"] == per_owner + 2 * shown * 3


@pytest.mark.parametrize("model", MODELS)
def test_what_one_finds_is_what_one_may_see_of_what_is_on_show(cast, model):
    rows = every_listing(model, cast)
    _rule, shown, documents = CASES[model]

    written = documents([row.id for row in rows])

    assert len(written) == 3 * len(SHOWN_STATES) * len(Disclosure)
    for name, actor in everyone(cast).items():
        found = {row_id for row_id, document in written.items() if audience_tokens(actor) & set(document.audience)}
        assert found == set(shown(actor=actor).values_list("id", flat=True)), name


@pytest.mark.parametrize("model", MODELS)
def test_whoever_may_do_something_to_a_listing_also_sees_it(cast, model):
    rows = every_listing(model, cast)
    rule, _shown, _documents = CASES[model]

    for name, actor in everyone(cast).items():
        doable = {row for row in rows if rule.allowed_verbs(actor, row)}
        assert doable <= set(rule.visible_to(actor)), name
