"""Paying by bank transfer: to which account, what exactly, and what the receiver says of the proof."""

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from contracts.payments import services
from contracts.payments.models import PayeeAccount, Payment
from contracts.payments.problems import PaidOnInvalid
from market.notices.models import Notice
from tests import story
from tests.cast import MONDAY, MONDAY_ON
from tests.contracts.payments.books import BOTH, ZERO, actions, books, told_of
from tests.contracts.standing import nothing_moves

ACCOUNT = {"holder": "示例大学", "bank": "示例银行瑞金支行", "number": "6222 0000-００0０ 1234"}
NUMBER = "6222000000001234"


@pytest.fixture
def account(cast):
    values = ACCOUNT | {"number": NUMBER}
    return services.set_payee_account(actor=cast.university_finance, version=None, **values, at=MONDAY)


def page_of(api, actor, payment):
    return api.as_(actor).get(f"/payments/{payment.id}/").content.decode()


def test_the_parties_alone_see_to_which_account_and_what_exactly_is_paid(cast, awaiting, account, api):
    for actor in (cast.enterprise_finance, cast.university_finance):
        page = page_of(api, actor, awaiting)
        for text in (
            "示例银行瑞金支行",
            NUMBER,
            "400,000.00 元",
            "人民币肆拾万元整",
            f"{awaiting.no} {awaiting.contract.no}",
        ):
            assert text in page
        told = api.as_(actor).send("get", f"/payments/{awaiting.id}").json()
        assert (told["payee_account"]["number"], told["payee"]["name"]) == (NUMBER, "示例大学")
    for actor in (cast.broker, cast.auditor, cast.operator):
        assert NUMBER not in page_of(api, actor, awaiting)
        assert api.as_(actor).send("get", f"/payments/{awaiting.id}").json()["payee_account"] is None


def test_where_the_payee_entered_no_account_the_page_says_so(cast, awaiting, api):
    assert "收款方尚未填写收款账户" in page_of(api, cast.enterprise_finance, awaiting)
    assert 'href="/payments/account/"' in page_of(api, cast.university_finance, awaiting)


def test_the_finance_office_enters_the_account_and_its_people_are_told(cast, api):
    office = api.as_(cast.university_finance)

    answer = office.post("/payments/account/", ACCOUNT | {"version": 0})

    assert (answer.status_code, PayeeAccount.objects.get().number) == (302, NUMBER)
    assert told_of("本单位的收款账户已变更") == {"university-finance", "university-clerk"}
    changed = office.send("put", "/payments/account", ACCOUNT | {"bank": "另一银行"}, version=1)
    assert (changed.status_code, changed.headers["ETag"], changed.json()["bank"]) == (200, '"2"', "另一银行")
    with nothing_moves():
        assert office.send("put", "/payments/account", ACCOUNT, version=1).status_code == 412
        assert office.send("put", "/payments/account", ACCOUNT).status_code == 428
        assert office.send("put", "/payments/account", ACCOUNT | {"number": "12345"}, version=2).status_code == 422
        assert api.as_(cast.university_clerk).send("put", "/payments/account", ACCOUNT, version=2).status_code == 403
        page = office.post("/payments/account/", ACCOUNT | {"number": "一二三", "version": 2})
    assert "账号为 6 至 34 位数字或大写字母" in page.content.decode()


def test_the_account_form_saved_unchanged_changes_nothing(cast, account, api):
    office = api.as_(cast.university_finance)
    form = office.get("/payments/account/").context["form"]
    Notice.objects.all().delete()

    office.post("/payments/account/", {name: form[name].value() for name in form.fields})

    row = PayeeAccount.objects.get()
    assert (row.holder, row.bank, row.number) == (account.holder, account.bank, account.number)
    assert (row.version, row.changed_at) == (account.version, account.changed_at)
    assert not Notice.objects.exists()  # nobody is alarmed


def test_the_payer_is_told_that_the_money_was_confirmed(confirmed):
    assert told_of("款项已到账") == BOTH


def test_a_proof_is_rejected_with_a_reason_that_the_payer_reads_and_another_is_handed_in(cast, proven, api):
    receiver = api.as_(cast.university_finance)
    answer = receiver.post(
        f"/payments/{proven.id}/reject_proof", {"version": proven.version, "reason": "未查到该笔款项"}
    )

    assert answer.status_code == 302
    proven.refresh_from_db()
    assert (proven.state, actions(proven)[-1]) == (Payment.State.AWAITING_PAYMENT, "payment.proof_rejected")
    assert told_of("凭证被退回") == BOTH - {"university-finance"}
    assert "收款方退回了凭证：未查到该笔款项" in page_of(api, cast.enterprise_finance, proven)
    told = page_of(api, cast.enterprise_finance, proven).partition('id="history"')[2].partition("</section>")[0]
    steps = ("发起付款", "提交转账凭证", f"退回凭证：未查到该笔款项 · {cast.university.name}")
    assert all(step in told for step in steps)
    again = services.submit_bank_proof(
        actor=cast.enterprise_finance,
        payment_id=proven.id,
        version=None,
        proof=ContentFile(story.SCAN, "second.pdf"),
        paid_on=MONDAY_ON,
        at=MONDAY,
    )
    assert (again.state, again.failure_words) == (Payment.State.PROOF_SUBMITTED, "")


def test_a_proof_is_not_rejected_without_a_reason_or_by_the_payer(cast, proven, api):
    path = f"/payments/{proven.id}/reject-proof"

    with nothing_moves():
        answers = [
            api.as_(cast.university_finance).send("post", path, {"reason": " "}, version=proven.version),
            api.as_(cast.enterprise_finance).send("post", path, {"reason": "x"}, version=proven.version),
            api.as_(cast.university_finance).send("post", path, {"reason": "x"}, version=1),
        ]

    assert [answer.status_code for answer in answers] == [422, 403, 412]
    assert books(proven) == (ZERO, ZERO)


@pytest.mark.parametrize("days", [-1, 1])
def test_nobody_paid_before_the_contract_was_signed_or_will_have_paid_tomorrow(cast, awaiting, days):
    with nothing_moves(), pytest.raises(PaidOnInvalid, match="应在 2026-03-02 至 2026-03-02 之间"):
        services.submit_bank_proof(
            actor=cast.enterprise_finance,
            payment_id=awaiting.id,
            version=None,
            proof=ContentFile(story.SCAN, "slip.pdf"),
            paid_on=MONDAY_ON + timedelta(days=days),
            at=MONDAY,
        )


def test_each_open_instalment_has_a_form_with_ids_of_its_own(cast, api):
    contract = story.signed(cast).contract
    page = api.as_(cast.enterprise_finance).get(reverse("payments:contract-part", args=[contract.id])).content.decode()
    ids = re.findall(r'id="(id_[^"]+)"', page)

    assert page.count("支付本期") == contract.instalments.count() == len(ids) == len(set(ids)) > 1


def test_the_list_says_who_pays_whom_and_what_is_still_open(cast, confirmed, api):
    payer = api.as_(cast.enterprise_finance).get("/payments/").content.decode()
    receiver = api.as_(cast.university_finance).get("/payments/").content.decode()

    def table(page, name):
        return page.partition(name)[2].partition("</table>")[0]

    assert "600,000.00 元" in table(payer, 'id="open-instalments"')
    assert "400,000.00 元" not in table(payer, 'id="open-instalments"')
    paid = {name: table(page, "本单位相关的付款") for name, page in {"payer": payer, "receiver": receiver}.items()}
    assert "示例大学" in paid["payer"]
    assert ">付款" in paid["payer"].replace("<td>\n", "<td>")
    assert "示例铜业有限公司" in paid["receiver"]
    assert ">收款" in paid["receiver"].replace("<td>\n", "<td>")
