"""The pages of registration: the list, the part of a contract's page, the way to an application, and a row's page."""

from datetime import date

import pytest
from django.urls import reverse

from contracts.registration import services
from contracts.registration.models import Registration
from market.notices.models import Notice
from tests import story
from tests.cast import MONDAY, MONDAY_ON
from tests.contracts.registration.desk import amend, apply_for, cancel, submit

State = Registration.State


def part_of(told: story.Story) -> str:
    return reverse("registration:contract-part", args=[told.contract.id])


def apply_address(told: story.Story) -> str:
    return reverse("registration:apply", args=[told.contract.id])


def read(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


# The list


@pytest.mark.parametrize(
    ("name", "is_listed"),
    [
        ("university_clerk", True),
        ("enterprise_clerk", True),
        ("broker", True),
        ("registrar", True),
        ("operator", True),
        ("auditor", True),
        ("other_clerk", False),
        ("leader", False),
        ("stranger", False),
    ],
)
def test_the_list_holds_what_its_reader_has_to_do_with(accepted, cast, api, name, is_listed):
    page = read(api.as_(getattr(cast, name)), reverse("registration:list"))

    assert (accepted.registration.no in page) is is_listed
    assert ("没有登记申请。" in page) is not is_listed


def test_the_list_asks_who_is_not_signed_in_to_sign_in(accepted, api):
    answer = api.get(reverse("registration:list"))

    assert accepted.registration.no not in answer.content.decode()
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("state", "is_listed"), [("", True), ("accepted", True), ("registered", False), ("nonsense", True)]
)
def test_the_list_is_cut_by_a_state_that_there_is(accepted, cast, api, state, is_listed):
    page = read(api.as_(cast.registrar), f"{reverse('registration:list')}?state={state}")

    assert (accepted.registration.no in page) is is_listed


def test_a_draft_is_on_the_list_of_both_parties_and_not_of_the_office(cast, api):
    row = apply_for(story.signed(cast), cast.university_clerk)
    seen = {
        name: row.no in read(api.as_(getattr(cast, name)), reverse("registration:list"))
        for name in ("university_clerk", "enterprise_clerk", "broker", "registrar", "approver")
    }

    assert {name for name, is_seen in seen.items() if is_seen} == {"university_clerk", "enterprise_clerk", "broker"}


# The part of a contract's page


@pytest.mark.parametrize(
    ("name", "is_offered"), [("university_clerk", True), ("enterprise_clerk", False), ("broker", False)]
)
def test_the_applicant_alone_is_offered_to_apply(cast, api, name, is_offered):
    told = story.signed(cast)

    page = read(api.as_(getattr(cast, name)), part_of(told))

    assert "尚未申请认定登记。" in page
    assert (apply_address(told) in page) is is_offered


def test_what_stands_in_the_way_is_said_before_one_applies(cast, api):
    drafted = read(
        api.as_(cast.university_clerk), part_of(story.draft(story.agreed(cast), valid_until=date(2099, 1, 1)))
    )

    assert "提交前还需解决" in drafted
    assert "合同未经双方签章" in drafted
    assert "合同已过有效期" not in drafted


def test_nothing_stands_in_the_way_of_a_sealed_contract(cast, api):
    told = story.signed(cast, valid_until=date(2099, 1, 1))

    assert "提交前还需解决" not in read(api.as_(cast.university_clerk), part_of(told))


def test_an_application_that_is_live_is_linked_and_no_second_one_is_offered(accepted, cast, api):
    page = read(api.as_(cast.university_clerk), part_of(accepted))

    assert reverse("registration:detail", args=[accepted.registration.id]) in page
    assert apply_address(accepted) not in page


def test_who_does_not_see_the_contract_does_not_see_the_part(accepted, cast, api):
    assert api.as_(cast.other_clerk).get(part_of(accepted)).status_code == 404


# The way to an application


def test_applying_on_the_page_leads_to_the_application(cast, api):
    told = story.signed(cast)

    answer = api.as_(cast.university_clerk).post(apply_address(told), {"office_id": str(cast.registry.id)})

    row = Registration.objects.get(contract=told.contract)
    assert (answer.status_code, answer.url) == (302, reverse("registration:detail", args=[row.id]))
    assert (row.state, row.office) == (State.DRAFT, cast.registry)


@pytest.mark.parametrize("office", ["agency", "government"])
def test_an_office_that_is_none_is_refused_on_the_page(cast, api, office):
    told = story.signed(cast)

    answer = api.as_(cast.university_clerk).post(apply_address(told), {"office_id": str(getattr(cast, office).id)})

    assert "office_id" in answer.content.decode()
    assert not Registration.objects.filter(contract=told.contract).exists()


def test_the_other_party_is_told_who_applies(cast, api):
    told = story.signed(cast)

    answer = api.as_(cast.enterprise_clerk).post(apply_address(told), {"office_id": str(cast.registry.id)})

    assert answer.status_code == 403
    assert not Registration.objects.filter(contract=told.contract).exists()


def test_an_office_that_is_not_verified_is_not_offered(cast, api):
    told = story.signed(cast)
    assert cast.registry.name in read(api.as_(cast.university_clerk), part_of(told))

    type(cast.registry).objects.filter(pk=cast.registry.pk).update(verified_at=None)

    assert cast.registry.name not in read(api.as_(cast.university_clerk), part_of(told))


# An application's page and its answer over the wire


@pytest.mark.parametrize(("no", "is_odd"), [("2026360701000002", False), ("2025360701000002", True)])
def test_a_number_that_looks_odd_is_said_on_the_page_and_over_the_wire(accepted, cast, api, no, is_odd):
    Registration.objects.filter(pk=accepted.registration.pk).update(
        state=State.REGISTERED,
        registration_no=no,
        registered_on=MONDAY_ON,
        contract_amount=accepted.contract.contract_amount,
        technology_amount=accepted.contract.technology_amount,
    )
    client = api.as_(cast.university_clerk)

    answer = client.send("get", f"/registrations/{accepted.registration.id}").json()

    words = "登记编号中的年份与登记日期不一致"
    assert answer["warnings"] == ([words] if is_odd else [])
    assert (words in read(client, reverse("registration:detail", args=[accepted.registration.id]))) is is_odd


def test_the_answer_names_the_newest_change_and_the_correction_that_waits(registered, cast, api):
    path, client = f"/registrations/{registered.registration.id}", api.as_(cast.registrar)
    before = client.send("get", path).json()
    amend(registered, "900000.00", "700000.00", on=MONDAY_ON)
    amend(registered, "950000.00", "700000.00", on=MONDAY_ON, at=MONDAY.replace(hour=2))
    services.correct_registration(
        actor=cast.registrar,
        registration_id=registered.registration.id,
        version=None,
        facts={"seller_region": "360400"},
        contract_amount=None,
        technology_amount=None,
        reason="录入有误",
        at=MONDAY.replace(hour=3),
    )

    after = client.send("get", path).json()

    newest = registered.registration.changes.order_by("-proposed_at").first()
    [waiting] = registered.registration.corrections.all()
    assert (before["change_id"], before["correction_id"]) == (None, None)
    assert (after["change_id"], after["correction_id"]) == (str(newest.id), str(waiting.id))
    assert (before["contract_amount"], after["contract_amount"]) == ("1000000.00", "950000.00")

    services.decline_correction(actor=cast.approver, correction_id=waiting.id, version=None, at=MONDAY)
    assert client.send("get", path).json()["correction_id"] is None


def test_nothing_is_recognised_before_it_is_registered(accepted, cast, api):
    answer = api.as_(cast.registrar).send("get", f"/registrations/{accepted.registration.id}").json()

    names = ("contract_amount", "technology_amount", "registered_on", "registration_no", "warnings")
    assert [answer[name] for name in names] == [None, None, None, "", []]


@pytest.mark.parametrize("state", ["", *State])
def test_the_api_lists_by_state(accepted, cast, api, state):
    answer = api.as_(cast.registrar).send("get", "/registrations" + (f"?state={state}" if state else ""))

    ids = [item["id"] for item in answer.json()["items"]]
    assert ids == ([str(accepted.registration.id)] if state in ("", State.ACCEPTED) else [])


def test_the_history_tells_what_became_of_it_with_the_reason(registered, cast, api):
    amend(registered, "900000.00", "700000.00", on=MONDAY_ON)
    cancel(registered, on=MONDAY_ON)

    page = read(api.as_(cast.enterprise_clerk), reverse("registration:detail", args=[registered.registration.id]))

    told = page.partition('id="history"')[2]
    found = [told.find(words) for words in ("建立申请", "提交申请", "予以登记", "变更登记", "注销登记")]
    assert -1 not in found
    assert found == sorted(found)
    assert "合同金额变更" in told
    assert "合同解除" in told


def test_the_registrars_are_told_of_an_application_with_who_sent_it(cast):
    told = story.signed(cast)
    row = submit(apply_for(told, cast.university_clerk), cast.university_clerk)

    notice = Notice.objects.get(title=f"收到新的登记申请：{told.contract.title}")

    assert (notice.user_id, notice.url) == (cast.registrar.user_id, f"/registrations/{row.id}/")
    assert notice.body == "申请单位：示例大学"
