"""One walk: from two listings to the city's figure, and from the figure back down to the listings.

Every step is a click of the person whose step it is, on the portal's real processes.
"""

import re
import time
from decimal import Decimal

import pytest

from market.kernel.clock import today
from tests.e2e.desk import Desk

pytestmark = pytest.mark.e2e

TITLE = "石墨烯增强铜基复合导线的连续挤压制备工艺"
DEMAND = "铜基复合导线连续挤压后石墨烯分散不均的改进工艺"
AMOUNT, TECHNOLOGY = Decimal("1200000.00"), Decimal("1000000.00")
SEEN_WITHIN_SECONDS = 10.0


def city_figure(desk: Desk) -> Decimal:
    """This year's output, to the fen, as the dashboard shows it."""
    return desk.open(f"/turnover/?period={today().year}").yuan(".headline .exact")


def search_until_found(desk: Desk, words: str, title: str) -> float:
    """Seconds until the search page shows the title; the outbox carries it there."""
    started = time.monotonic()
    while time.monotonic() - started < SEEN_WITHIN_SECONDS:
        desk.open(f"/search?q={words}")
        if desk.page.get_by_role("link", name=title).count():
            return time.monotonic() - started
    pytest.fail(f"not found within {SEEN_WITHIN_SECONDS} s: {title}")


def test_from_the_listing_to_the_figure_and_back(sit_down):
    institute, enterprise, broker = sit_down("institute"), sit_down("copper"), sit_down("broker")
    leader = sit_down("leader")
    before = city_figure(leader)

    # 1. A research institute of the city lists what it has, an enterprise says what it needs.
    institute.open("/achievements/new").fill(
        title=TITLE,
        summary="以连续挤压与在线退火使石墨烯在铜基体中均匀分散，导线抗拉强度与导电率同时提高。",
        technology_field="05",
        local_industry="copper_and_cable",
        maturity="pilot",
        ip_type="know_how",
        price=AMOUNT,
        **{"patents-0-publication_no": "CN109022882B", "patents-0-title": "一种石墨烯铜基复合材料"},
    ).press("保存").press("发布")
    achievement_url = institute.page.url
    enterprise.open("/demands/new").fill(
        title=DEMAND,
        difficulties="铜基复合导线连续挤压后石墨烯分散不均，抗拉强度不足，需要改进工艺。",
        technology_field="05",
        local_industry="copper_and_cable",
        budget=AMOUNT,
    ).press("保存").press("发布")

    # 2. Search finds both in Chinese, for everyone.
    passer_by = sit_down()
    search_until_found(passer_by, "石墨烯 连续挤压", TITLE)
    search_until_found(broker, "石墨烯 分散不均", DEMAND)

    # 3. The demand's page shows the match and its reason; 4. the broker introduces both and leads the deal.
    broker.follow(DEMAND)
    match = broker.page.locator("li.card", has=broker.page.get_by_role("link", name=TITLE))
    match.wait_for()
    assert "铜基复合导线" in match.locator("p").first.inner_text()
    with broker.page.expect_navigation():
        match.get_by_text("发起对接").click()
    broker.press("确认对接")
    assert broker.reads("都提到")
    broker.press("立项")
    deal_url = broker.page.url
    for stage in ("nda_signed", "due_diligence", "negotiating", "terms_agreed"):
        broker.fill(stage=stage, note="双方会谈").press("推进")

    # 5. The deal becomes a contract; both parties seal its text.
    broker.follow("起草合同").fill(
        contract_type="development",
        subtype="commissioned_development",
        contract_amount=AMOUNT,
        technology_amount=TECHNOLOGY,
        payment_method="instalments",
        performance_plan="十二个月内在买方厂区完成中试。",
        confidentiality="双方对技术资料保密五年。",
        ip_ownership="专利申请权归卖方，买方可以实施。",
        acceptance="导电率不低于 95% IACS。",
        **{
            "deductions-0-kind": "equipment",
            "deductions-0-description": "专用设备",
            "deductions-0-amount": AMOUNT - TECHNOLOGY,
            "instalments-0-amount": "400000.00",
            "instalments-1-amount": AMOUNT - Decimal("400000.00"),
            "instalments-1-condition": "验收合格后",
        },
    ).press("保存草稿").press("定稿并生成合同文本")
    contract_url = broker.page.url
    with broker.page.expect_download() as download:
        broker.page.get_by_role("link", name=re.compile(r"\.pdf$")).click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    for party, seal in ((institute, "seller-seal"), (enterprise, "buyer-seal")):
        party.open(contract_url).fill(scan=party.scan(seal), signed_on=today(), pages_note="仅扫描签章页")
        party.press("上传本方盖章扫描件")

    # 6. The first instalment by bank transfer: proof by the buyer, confirmed by the seller's finance office.
    payer, receiver = sit_down("copper.finance"), sit_down("institute.finance")
    receiver.open("/payments/account/")
    receiver.fill(holder="示例研究院", bank="示例银行瑞金支行", number="6222 0000 0000 1234").press("保存")
    payer.open(contract_url)
    payer.fill(rail="bank_transfer").press("支付本期")
    assert payer.reads("400,000.00 元")
    assert payer.reads("6222000000001234")
    payer.fill(proof=payer.scan("bank-slip")).press("提交转账凭证")
    receiver.open(payer.page.url).press("确认到账")
    assert receiver.reads("已到账")
    # The rest by card: the worker asks the provider, the payer pays there, and the signed notice brings the money.
    payer.open(contract_url).fill(rail="stripe").press("支付本期")
    payer.follow("去支付")
    payer.reads("测试环境，不会扣款")
    payer.page.get_by_role("button", name="支付成功").click()
    assert payer.reads("到账时间")

    # 7. The registry accepts, checks and registers; the number is typed as the national system gave it.
    institute.open(contract_url).press("申请认定登记").press("提交登记申请")
    registrar = sit_down("registrar").open(institute.page.url)
    registration_no = f"{today().year}360701{int(time.time()) % 1000000:06}"
    registrar.press("受理").fill(registration_no=registration_no).press("予以登记")
    assert registrar.reads(registration_no)

    # 8. The figure moved by exactly this contract, and opens down to the two listings.
    deadline = time.monotonic() + SEEN_WITHIN_SECONDS
    while (after := city_figure(leader)) == before and time.monotonic() < deadline:
        pass
    assert after - before == AMOUNT
    leader.page.locator(f'#by-year a[href*="/{today().year}/"]').first.click()
    leader.page.locator("tr", has_text=registration_no).get_by_role("link").first.click()
    assert leader.reads(TITLE)
    assert leader.reads(DEMAND)
    assert leader.reads("石墨烯")

    # And back: the parties go from the entry over contract, deal and match to the listing and what became of it.
    institute.open(leader.page.url)
    institute.follow(re.compile("^HT"))
    assert institute.page.url == contract_url
    institute.follow(re.compile("^XM"))
    assert institute.page.url == deal_url
    institute.follow(TITLE)
    assert institute.page.url == achievement_url
    entry = institute.page.locator("main").get_by_role("link", name=re.compile("登记"))
    entry.first.click()
    institute.page.wait_for_url(leader.page.url)
