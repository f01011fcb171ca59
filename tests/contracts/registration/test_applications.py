"""Who applies, for what, and what the registry would name before it takes a contract."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from contracts.registration import rules, services
from contracts.registration.models import Registration
from contracts.registration.problems import (
    AlreadyApplied,
    RegistrationGrounds,
)
from contracts.registration.rules import Ground
from market.kernel.actor import OrganisationKind, Role
from market.kernel.problems import InvalidInput, NotAllowed, NotFound
from tests import story
from tests.cast import MONDAY, MONDAY_ON, member, organisation
from tests.contracts.registration.desk import apply_for, register, submit, terminate
from tests.contracts.standing import refused

State = Registration.State
OLD, NEW = rules.RULE_SETS


# The application


def test_the_seller_applies_and_nobody_else(cast):
    told = story.signed(cast)

    for name, problem in {
        "enterprise_clerk": NotAllowed,
        "university_finance": NotAllowed,
        "broker": NotAllowed,
        "other_clerk": NotFound,
        "registrar": NotFound,
    }.items():
        with refused(problem):
            apply_for(told, getattr(cast, name))
    assert apply_for(told, cast.university_clerk).applicant_id == cast.university.id


def test_the_contract_offers_the_application_to_nobody_whom_it_refuses(cast, api):
    told = story.signed(cast)
    address = reverse("registration:contract-part", args=[told.contract.id])

    offered = {
        name
        for name in ("university_clerk", "university_finance", "enterprise_clerk", "broker", "auditor")
        if reverse("registration:apply", args=[told.contract.id])
        in api.as_(getattr(cast, name)).get(address).content.decode()
    }

    assert offered == {"university_clerk"}
    story.dissolve(told)
    page = api.as_(cast.university_clerk).get(address).content.decode()
    assert ("尚未申请认定登记" in page, 'name="office_id"' in page) == (True, False)


def test_worked_example_4_the_buyer_applies_where_the_seller_is_abroad(cast):
    told = story.signed(cast)
    cast.university.country = "501"
    cast.university.save()

    with refused(NotAllowed):
        apply_for(told, cast.university_clerk)
    assert apply_for(told, cast.enterprise_clerk).applicant_id == cast.enterprise.id


def test_a_contract_has_one_live_application(accepted, cast):
    with refused(AlreadyApplied):
        apply_for(accepted, cast.university_clerk)


def test_an_application_goes_to_a_registry(cast):
    told = story.signed(cast)

    with refused(InvalidInput) as found:
        services.apply_for_registration(
            actor=cast.university_clerk, contract_id=told.contract.id, office_id=cast.agency.id, at=MONDAY
        )
    assert found.value.data["errors"][0]["loc"] == ["office_id"]


def test_the_registry_sees_an_application_once_it_was_handed_in(cast, api):
    told = story.signed(cast)
    row = apply_for(told, cast.university_clerk)
    client = api.as_(cast.registrar)
    assert client.send("get", f"/registrations/{row.id}").status_code == 404
    assert client.send("get", f"/contracts/{told.contract.id}").status_code == 404

    submit(row, cast.university_clerk)

    assert client.send("get", f"/registrations/{row.id}").json()["allowed"] == [
        "accept",
        "request_supplement",
        "refuse",
    ]
    assert client.send("get", f"/contracts/{told.contract.id}").status_code == 200


# Worked example 11: what the registry would name


def test_a_contract_that_is_not_sealed_by_both_or_in_force_is_not_handed_in(cast):
    told = story.drafted(cast)
    row = apply_for(told, cast.university_clerk)

    with refused(RegistrationGrounds) as found:
        submit(row, cast.university_clerk)

    assert found.value.data == {"grounds": [Ground.NOT_SIGNED_BY_BOTH, Ground.NOT_EFFECTIVE]}


@pytest.mark.parametrize(("on", "is_expired"), [(date(2026, 5, 31), False), (date(2026, 6, 1), True)])
def test_a_contract_is_handed_in_until_the_last_day_it_is_valid(cast, on, is_expired):
    row = apply_for(told := story.signed(cast, valid_until=date(2026, 5, 31)), cast.university_clerk)
    at = datetime(on.year, on.month, on.day, 15, 59, tzinfo=UTC)  # 23:59 in Ruijin

    if not is_expired:
        assert submit(row, cast.university_clerk, at=at).state == State.SUBMITTED
        return
    with refused(RegistrationGrounds) as found:
        submit(row, cast.university_clerk, at=at)
    assert found.value.data == {"grounds": [Ground.EXPIRED]}
    assert told.registration is None


def test_a_dissolved_contract_is_not_handed_in(cast):
    told = story.signed(cast)
    row = apply_for(told, cast.university_clerk)
    terminate(told)

    with refused(RegistrationGrounds) as found:
        submit(row, cast.university_clerk)

    assert found.value.data == {"grounds": [Ground.NOT_EFFECTIVE]}


def test_a_contract_that_was_dissolved_after_it_was_handed_in_is_not_registered(accepted):
    terminate(accepted)

    with refused(RegistrationGrounds) as found:
        register(accepted)

    assert found.value.data == {"grounds": [Ground.NOT_EFFECTIVE]}


def test_a_contract_that_ended_while_the_registry_looked_at_it_is_still_registered(cast):
    """It was in force when it was handed in, which is what the rule asks for."""
    told = story.apply(story.signed(cast, valid_until=MONDAY_ON))
    later = MONDAY + timedelta(days=5)

    assert register(told, on=date(2026, 3, 7), at=later).state == State.REGISTERED


def test_worked_example_8_the_same_contract_on_another_paper_is_a_duplicate(registered, cast):
    twin = story.signed(cast)
    row = apply_for(twin, cast.university_clerk)

    with refused(RegistrationGrounds) as found:
        submit(row, cast.university_clerk)

    assert found.value.data == {"grounds": [Ground.DUPLICATE]}


@pytest.mark.parametrize(
    "title",
    ["铜箔退火工艺开发(一期)", "铜箔 退火工艺开发（一期）", "銅箔退火工藝開發（一期）", "铜箔退火工艺开发（一期）。"],
)
def test_a_twin_is_found_whatever_the_width_blanks_script_and_punctuation_of_its_title(cast, title):
    story.registered(cast, title="铜箔退火工艺开发（一期）")
    row = apply_for(story.signed(cast, title=title), cast.university_clerk)

    with refused(RegistrationGrounds) as found:
        submit(row, cast.university_clerk)

    assert found.value.data == {"grounds": [Ground.DUPLICATE]}


def test_a_second_stage_is_no_twin(cast):
    story.registered(cast, title="铜箔退火工艺开发（一期）")
    row = apply_for(story.signed(cast, title="铜箔退火工艺开发（二期）"), cast.university_clerk)

    assert submit(row, cast.university_clerk).state == State.SUBMITTED


def test_a_contract_whose_party_sits_nowhere_is_not_registered_since_no_figure_would_hold_it(accepted, cast):
    type(cast.enterprise).objects.filter(pk=cast.enterprise.pk).update(region="360701")

    with refused(RegistrationGrounds) as found:
        register(accepted)

    assert found.value.data == {"grounds": [Ground.PARTIES_UNCLEAR]}


def test_worked_example_8_a_twin_that_was_handed_in_at_the_same_time_is_found_when_it_is_registered(accepted, cast):
    twin = story.apply(story.signed(cast))
    register(accepted)

    with refused(RegistrationGrounds) as found:
        register(twin, no="2026360701000002")

    assert found.value.data == {"grounds": [Ground.DUPLICATE]}


@pytest.fixture
def second_office(cast):
    """Another registry with a registrar of its own."""
    office = organisation(OrganisationKind.REGISTRY, "示例第二登记站", 51)
    return office, member(office, "second-registrar", Role.REGISTRAR)


def test_a_contract_handed_to_one_office_is_not_handed_to_another(accepted, cast, second_office):
    with refused(AlreadyApplied):
        services.apply_for_registration(
            actor=cast.university_clerk, contract_id=accepted.contract.id, office_id=second_office[0].id, at=MONDAY
        )


def test_the_same_contract_on_two_papers_is_registered_by_one_of_two_offices(accepted, cast, second_office):
    """Neither office sees the other's papers; the second to register is told of a duplicate, and counts nothing."""
    office, registrar = second_office
    twin, person = story.signed(cast), cast.university_clerk
    row = services.apply_for_registration(actor=person, contract_id=twin.contract.id, office_id=office.id, at=MONDAY)
    submit(row, person)
    twin.registration = services.accept_registration(actor=registrar, registration_id=row.id, version=None, at=MONDAY)
    register(accepted)

    with refused(RegistrationGrounds) as found:
        register(twin, no="2026360702000001", actor=registrar)

    assert found.value.data == {"grounds": [Ground.DUPLICATE]}
