"""The chain told through the services, for tests that begin in the middle of it.

What is asked for with nothing changed, first in a test, comes out of the template database (tests/snapshots.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile

from contracts.agreements import services as agreements
from contracts.agreements.data import ContractData
from contracts.agreements.models import TechnologyContract
from contracts.registration import services as registration
from contracts.registration.models import Registration
from listings.catalog import services as catalog
from listings.catalog.data import AchievementData, DemandData
from listings.catalog.models import Achievement, Demand
from market.kernel.clock import local_date
from market.kernel.questions import AMOUNT_UNIT
from matching.brokerage import services as brokerage
from matching.brokerage.models import Deal
from tests import scans, snapshots
from tests.cast import MONDAY, MONDAY_ON, Cast

SCAN, BUYER_SCAN = scans.pdf("seller"), scans.pdf("buyer")
ACHIEVEMENT: dict[str, Any] = {
    "title": "高导电铜合金接触线的连续铸造与轧制工艺",
    "summary": "通过控制凝固组织与在线固溶处理，获得导电率与抗拉强度兼顾的铜合金接触线。",
    "technology_field": "05",
    "local_industry": "copper_and_cable",
    "maturity": "pilot",
    "ip_type": "know_how",
    "transfer_modes": ["license"],
    "price": Decimal("800000.00"),
}
DEMAND: dict[str, Any] = {
    "title": "高导电铜合金线材强度不足的改进工艺",
    "difficulties": "现有铜合金线材连续铸造后抗拉强度不足，导电率又不能下降，需要新的轧制与固溶工艺。",
    "technology_field": "05",
    "local_industry": "copper_and_cable",
    "budget": Decimal("1000000.00"),
}
CONTRACT: dict[str, Any] = {
    "contract_type": "development",
    "subtype": "commissioned_development",
    "title": "高导电铜合金接触线工艺开发",
    "contract_amount": Decimal("1000000.00"),
    "technology_amount": Decimal("780000.00"),
    "valid_from": date(2026, 3, 1),
    "valid_until": date(2028, 2, 29),
    "technology_field": "05",
    "ip_type": "know_how",
    "subject_matter": "开发铜合金接触线连续铸造与轧制工艺。",
    "performance_plan": "十二个月内在买方厂区完成。",
    "confidentiality": "双方对技术资料保密五年。",
    "ip_ownership": "专利申请权归卖方，买方可以实施。",
    "acceptance": "导电率不低于 98% IACS，抗拉强度不低于 360 MPa。",
    "deductions": [
        {"kind": "equipment", "description": "专用设备", "amount": "300000.00", "carrier_amount": "80000.00"}
    ],
    "instalments": [
        {"amount": "400000.00", "condition": "合同签订后"},
        {"amount": "600000.00", "condition": "验收合格后"},
    ],
}


@dataclass
class Story:
    """As far as the chain was told."""

    cast: Cast
    achievement: Achievement
    demand: Demand
    deal: Deal | None = None
    contract: TechnologyContract | None = None
    registration: Registration | None = None


STAGES = ("published", "opened", "agreed", "drafted", "signed", "applied", "registered")


def stages(cast: Cast) -> Iterator[str]:
    """The story with nothing changed, one stage after the other, for tests/snapshots.py to keep."""
    story = publish(cast)
    for stage, step in zip(STAGES, (None, open_deal, agree, draft, sign, apply, register), strict=True):
        if step is not None:
            step(story)
        yield stage


def kept(cast: Cast, stage: str) -> Story | None:
    """The story as far as the stage from the template database; None where it must be told."""
    if not snapshots.restore(stage):
        return None
    return Story(
        cast,
        Achievement.objects.get(),
        Demand.objects.get(),
        Deal.objects.first(),
        TechnologyContract.objects.first(),
        Registration.objects.first(),
    )


def publish(cast: Cast, *, at: datetime = MONDAY, seller: Any = None, **changes: Any) -> Story:
    """The university (or another seller) lists an achievement, the enterprise asks for it."""
    if at == MONDAY and seller is None and not changes and (story := kept(cast, "published")):
        return story
    owner = seller or cast.university_clerk
    row = catalog.create_achievement(actor=owner, data=AchievementData(**(ACHIEVEMENT | changes)), at=at)
    achievement = catalog.publish_achievement(actor=owner, achievement_id=row.id, version=None, at=at)
    asked = catalog.create_demand(actor=cast.enterprise_clerk, data=DemandData(**DEMAND), at=at)
    demand = catalog.publish_demand(actor=cast.enterprise_clerk, demand_id=asked.id, version=None, at=at)
    return Story(cast, achievement, demand)


def open_deal(story: Story, *, at: datetime = MONDAY) -> Story:
    """The broker introduces both sides by hand and opens the deal."""
    introduction = brokerage.introduce(
        actor=story.cast.broker,
        demand_id=story.demand.id,
        achievement_id=story.achievement.id,
        note="现场走访后推荐",
        at=at,
    )
    story.deal = brokerage.open_deal(actor=story.cast.broker, introduction_id=introduction.id, at=at)
    return story


def agree(story: Story, *, at: datetime = MONDAY) -> Story:
    """The deal reaches agreed terms."""
    for stage in ("negotiating", "terms_agreed"):
        story.deal = brokerage.advance_deal(
            actor=story.cast.broker, deal_id=story.deal.id, version=None, stage=stage, note="", at=at
        )
    return story


def opened(cast: Cast) -> Story:
    """A deal that the broker has just opened."""
    return kept(cast, "opened") or open_deal(publish(cast))


def draft(story: Story, *, at: datetime = MONDAY, **changes: Any) -> Story:
    """The contract of any amount: that it is far from the listing's price was looked into."""
    data = ContractData(**(CONTRACT | changes))
    story.contract = agreements.draft_contract(
        actor=story.cast.broker, deal_id=story.deal.id, data=data, at=at, confirmed=[AMOUNT_UNIT]
    )
    return story


def sign(story: Story, *, seller: Any = None, at: datetime = MONDAY) -> Story:
    """The text is closed and both parties seal it."""
    contract = agreements.finalise_contract(actor=story.cast.broker, contract_id=story.contract.id, version=None, at=at)
    scans_of = {seller or story.cast.university_clerk: SCAN, story.cast.enterprise_clerk: BUYER_SCAN}
    for actor, scan in scans_of.items():
        contract = agreements.sign_contract(
            actor=actor,
            contract_id=contract.id,
            version=None,
            scan=ContentFile(scan, "scan.pdf"),
            signed_on=local_date(at),
            pages_note="测试用扫描件",
            at=at,
        )
    story.contract = contract
    return story


def agreed(cast: Cast, *, seller: Any = None, at: datetime = MONDAY) -> Story:
    """A deal with agreed terms, with the chain before it."""
    if at == MONDAY and seller is None and (story := kept(cast, "agreed")):
        return story
    return agree(open_deal(publish(cast, seller=seller, at=at), at=at), at=at)


def drafted(cast: Cast) -> Story:
    """A contract that nobody has closed."""
    return kept(cast, "drafted") or draft(agreed(cast))


def signed(cast: Cast, *, seller: Any = None, at: datetime = MONDAY, **changes: Any) -> Story:
    """A contract that bears both seals, with the whole chain before it."""
    if at == MONDAY and seller is None and not changes and (story := kept(cast, "signed")):
        return story

    def tell() -> Story:
        return sign(draft(agreed(cast, seller=seller, at=at), at=at, **changes), seller=seller, at=at)

    return snapshots.remembered(f"signed {seller and seller.user_id} {at} {sorted(changes.items())}", tell)


def dissolve(story: Story, *, at: datetime = MONDAY) -> Story:
    """The buyer ends the signed contract."""
    story.contract = agreements.terminate_contract(
        actor=story.cast.enterprise_clerk, contract_id=story.contract.id, version=None, reason="双方协商解除", at=at
    )
    return story


def apply(story: Story, *, applicant: Any = None, at: datetime = MONDAY) -> Story:
    """The seller hands the contract to the registry, which accepts it."""
    actor = applicant or story.cast.university_clerk
    row = registration.apply_for_registration(
        actor=actor, contract_id=story.contract.id, office_id=story.cast.registry.id, at=at
    )
    row = registration.submit_registration(actor=actor, registration_id=row.id, version=None, at=at)
    story.registration = registration.accept_registration(
        actor=story.cast.registrar, registration_id=row.id, version=None, at=at
    )
    return story


def register(story: Story, *, no: str = "2026360701000001", on: date = MONDAY_ON, at: datetime = MONDAY) -> Story:
    """The registry registers the contract with the amounts that it states."""
    contract = story.contract
    story.registration = registration.register_contract(
        actor=story.cast.registrar,
        registration_id=story.registration.id,
        version=None,
        registration_no=no,
        registered_on=on,
        contract_amount=contract.contract_amount,
        technology_amount=contract.technology_amount,
        at=at,
    )
    return story


def applied(cast: Cast) -> Story:
    """A contract that the registry has accepted for registration."""
    return kept(cast, "applied") or apply(signed(cast))


def registered(cast: Cast, *, seller: Any = None, at: datetime = MONDAY, **changes: Any) -> Story:
    if at == MONDAY and seller is None and not changes and (story := kept(cast, "registered")):
        return story
    story = apply(signed(cast, seller=seller, at=at, **changes), applicant=seller, at=at)
    return register(story, at=at)
