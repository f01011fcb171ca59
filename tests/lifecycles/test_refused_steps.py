"""What a page says of a step that was refused, and what it offers then."""

import pytest

from contracts.agreements import policy as agreements
from contracts.registration.models import Change
from matching.brokerage import services as brokerage
from tests import story
from tests.cast import MONDAY
from tests.lifecycles import specimens


def test_a_step_whose_time_is_over_is_refused_in_words_and_not_drawn_again(cast, api):
    row = story.applied(cast).registration

    answer = api.as_(cast.registrar).post(f"/registrations/{row.id}/accept", {"version": row.version})

    page = answer.content.decode()
    assert (answer.status_code, "当前状态不允许此操作" in page) == (409, True)
    assert 'id="step-accept"' not in page
    assert 'id="step-register"' in page


def test_a_step_that_may_be_tried_again_keeps_what_was_typed_and_only_that_one_says_why(cast, api):
    row = story.applied(cast).registration
    typed = {"version": row.version, "grounds": [], "remark": "请补充验收标准"}

    answer = api.as_(cast.registrar).post(f"/registrations/{row.id}/request_supplement", typed)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert page.count("请补充验收标准") == 1
    assert page.count('class="errors"') == 1


@pytest.mark.parametrize(("version", "words"), [("1", "更新过，请刷新后重试"), ("x", "输入整数。")])
def test_a_refusal_that_concerns_no_field_is_said_once(cast, api, version, words):
    row = story.applied(cast).registration
    typed = {"version": version, "grounds": ["other"], "remark": "请补充验收标准"}

    answer = api.as_(cast.registrar).post(f"/registrations/{row.id}/request_supplement", typed)

    assert (answer.status_code, answer.content.decode().count(words)) == (409, 1)


def test_a_verb_without_a_button_has_no_address(cast, api):
    contract = story.drafted(cast).contract
    client = api.as_(cast.university_clerk)

    assert client.post(f"/contracts/{contract.id}/step/update", {"version": 1}).status_code == 404
    assert client.post(f"/contracts/{contract.id}/step/annul", {"version": 1}).status_code == 404


def test_whoever_proposed_a_change_takes_it_back_and_the_others_do_not_pass_it(cast, api):
    change = specimens.change(cast, Change.State.PROPOSED)
    place = f"/registrations/{change.registration_id}/"

    own, other = (api.as_(actor).get(place).content.decode() for actor in (cast.registrar, cast.approver))

    assert ("撤回变动申请" in own, "复审不通过" in own) == (True, False)
    assert ("撤回变动申请" in other, "复审不通过" in other) == (False, True)


def test_a_text_is_closed_only_once_the_terms_are_agreed(cast):
    told = story.open_deal(story.publish(cast))
    brokerage.advance_deal(
        actor=cast.broker, deal_id=told.deal.id, version=None, stage="negotiating", note="", at=MONDAY
    )
    contract = story.draft(told).contract
    before = agreements.contracts.allowed(cast.broker, contract)
    brokerage.advance_deal(
        actor=cast.broker, deal_id=told.deal.id, version=None, stage="terms_agreed", note="", at=MONDAY
    )
    contract.deal.refresh_from_db()

    assert before == ["update", "withdraw"]
    assert agreements.contracts.allowed(cast.broker, contract) == ["update", "finalise", "withdraw"]
