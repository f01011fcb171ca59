"""The demonstration city, told through the services that its users call, at the dates of its invented history.

Each pair and each deal is one transaction and is passed over when it is there, so a load that was cut off goes on.
"""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from PIL import Image, ImageDraw

from contracts.agreements import services as agreements
from contracts.agreements.data import ContractData
from contracts.payments import services as payments
from contracts.payments.models import Rail
from contracts.registration import services as registration
from contracts.registration.models import Change, Registration
from listings.catalog import services as catalog
from listings.catalog.data import AchievementData, DemandData, PatentData
from listings.catalog.models import Achievement, Demand
from market.config.demo.people import People, read
from market.kernel import deliveries, outbox
from market.kernel.actor import Actor
from matching.brokerage import services as brokerage
from matching.brokerage.models import Introduction
from matching.matches import queue as matching

BEFORE_SIGNING = ("nda_signed", "due_diligence", "negotiating", "terms_agreed")
SUBTYPES = {
    "development": "commissioned_development",
    "assignment": "know_how_assignment",
    "license": "know_how_license",
    "service": "technical_service",
    "consulting": "feasibility_study",
}
NOON = time(4, 0, tzinfo=UTC)  # midday in Ruijin


def at(on: date) -> datetime:
    return datetime.combine(on, NOON)


class City:
    """Builds what is missing; `steps` yields after each piece so that the caller can show progress."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.broker = people.actors["broker@example.com"]

    def steps(self) -> Iterator[str]:
        deals = {row["pair"]: row for row in read("deals")}
        self._patents()
        yield "patents"
        for pair in read("pairs"):
            with transaction.atomic():
                self._pair(pair, deals[pair["slug"]])
            yield pair["slug"]
        # The broker introduces what matches; PostgreSQL's copy proposes without any other process.
        copy_to_fallback()
        matching.match_all()
        yield "matches"
        for pair in read("pairs"):
            with transaction.atomic():
                self._deal(pair, deals[pair["slug"]])
            yield deals[pair["slug"]]["slug"]

    def _patents(self) -> None:
        rows = {
            row["publication_no"]: AchievementData(
                title=row["title"],
                local_industry=row["local_industry"],
                ipc_codes=row["ipc_subclasses"],
                ip_type="patent",
                patents=[PatentData(publication_no=row["publication_no"], title=row["title"])],
            )
            for row in read("patents")
        }
        actor = self.people.clerk_of("university")
        catalog.import_listings(actor=actor, kind="achievement", rows=rows, source="demo", at=at(date(2021, 2, 1)))

    def _pair(self, pair: dict[str, Any], deal: dict[str, Any]) -> None:
        seller, buyer = self._sides(pair, deal)
        if Achievement.objects.filter(owner=seller.organisation_id, title=pair["achievement"]["title"]).exists():
            return
        published = at(begun_on(deal) - timedelta(days=40))
        common = {"technology_field": pair["technology_field"], "local_industry": pair["local_industry"]}
        offered = AchievementData(
            **pair["achievement"],
            **common,
            maturity="pilot",
            readiness_level=7,
            ip_type="know_how",
            transfer_modes=["license", "joint_development"],
            price=Decimal(deal["contract_amount"]),
        )
        row = catalog.create_achievement(actor=seller, data=offered, at=published)
        catalog.publish_achievement(actor=seller, achievement_id=row.id, version=None, at=published)
        asked = DemandData(
            **pair["demand"],
            **common,
            source="broker_visit",
            budget=Decimal(deal["contract_amount"]),
            required_maturity="pilot",
            long_cooperation=["joint_development"],
        )
        demand = catalog.create_demand(actor=buyer, data=asked, at=published)
        catalog.publish_demand(actor=buyer, demand_id=demand.id, version=None, at=published)

    def _sides(self, pair: dict[str, Any], deal: dict[str, Any]) -> tuple[Actor, Actor]:
        seller = self.people.clerk_of("institute" if deal["seller"] == "local" else "university")
        return seller, self.people.clerk_of(pair["local_industry"])

    def _deal(self, pair: dict[str, Any], deal: dict[str, Any]) -> None:
        seller, buyer = self._sides(pair, deal)
        achievement = Achievement.objects.get(owner=seller.organisation_id, title=pair["achievement"]["title"])
        demand = Demand.objects.get(owner=buyer.organisation_id, title=pair["demand"]["title"])
        if Introduction.objects.filter(demand=demand, achievement=achievement).exists():
            return
        begun = begun_on(deal)
        introduction = brokerage.introduce(
            actor=self.broker, demand_id=demand.id, achievement_id=achievement.id, note="走访企业后推荐", at=at(begun)
        )
        row = brokerage.open_deal(actor=self.broker, introduction_id=introduction.id, at=at(begun + timedelta(days=2)))
        last = deal["stage"] if deal["stage"] in BEFORE_SIGNING else "terms_agreed"
        if deal["stage"] == "introduced":
            return
        for number, stage in enumerate(BEFORE_SIGNING[: BEFORE_SIGNING.index(last) + 1]):
            moved = at(begun + timedelta(days=5 + 7 * number))
            brokerage.advance_deal(actor=self.broker, deal_id=row.id, version=None, stage=stage, note="", at=moved)
        if deal["stage"] == "lost":
            brokerage.lose_deal(
                actor=self.broker,
                deal_id=row.id,
                version=None,
                reason="price",
                note="",
                at=at(begun + timedelta(days=35)),
            )
        elif deal["stage"] in {"signed", "registered"}:
            self._contract(row.id, pair, deal, seller, buyer, begun + timedelta(days=36))

    def _contract(
        self, deal_id: Any, pair: dict[str, Any], deal: dict[str, Any], seller: Actor, buyer: Actor, on: date
    ) -> None:
        contract = agreements.draft_contract(
            actor=self.broker, deal_id=deal_id, data=contract_data(pair, deal, on), at=at(on)
        )
        agreements.finalise_contract(actor=self.broker, contract_id=contract.id, version=None, at=at(on))
        for party, actor in (("seller", seller), ("buyer", buyer)):
            scan = ContentFile(sealed_scan(contract.no, party), f"{contract.no}-{party}.png")
            agreements.sign_contract(
                actor=actor,
                contract_id=contract.id,
                version=None,
                scan=scan,
                signed_on=on,
                pages_note="演示用扫描件，仅签章页",
                at=at(on),
            )
        self._pay(contract, deal, pair, on + timedelta(days=5))
        if deal["stage"] == "registered":
            self._register(contract.id, deal, seller)

    def _pay(self, contract: Any, deal: dict[str, Any], pair: dict[str, Any], on: date) -> None:
        payer = self.people.finance_of(pair["local_industry"])
        receiver = self.people.finance_of("institute" if deal["seller"] == "local" else "university")
        first = contract.instalments.get(position=1)
        payment = payments.start_payment(actor=payer, instalment_id=first.id, rail=Rail.BANK_TRANSFER, at=at(on))
        proof = ContentFile(sealed_scan(payment.no, "bank"), f"{payment.no}.png")
        payments.submit_bank_proof(actor=payer, payment_id=payment.id, version=None, proof=proof, paid_on=on, at=at(on))
        payments.confirm_bank_payment(
            actor=receiver, payment_id=payment.id, version=None, at=at(on + timedelta(days=1))
        )

    def _register(self, contract_id: Any, deal: dict[str, Any], seller: Actor) -> None:
        registrar, approver = self.people.actors["registrar@example.com"], self.people.actors["approver@example.com"]
        on = date.fromisoformat(deal["registered_on"])
        handed_in = at(on - timedelta(days=12))
        row = registration.apply_for_registration(
            actor=seller,
            contract_id=contract_id,
            office_id=self.people.organisations["registry"].id,
            at=handed_in,
        )
        common: dict[str, Any] = {"registration_id": row.id, "version": None}
        registration.submit_registration(actor=seller, at=handed_in, **common)
        registration.accept_registration(actor=registrar, at=at(on - timedelta(days=10)), **common)
        amounts: dict[str, Any] = amounts_of(deal)
        registration.register_contract(
            actor=registrar,
            registration_no=deal["registration_no"],
            registered_on=on,
            at=at(on),
            confirmed=("registration_no",),  # some of the invented numbers are another office's
            **amounts,
            **common,
        )
        row.refresh_from_db()
        if row.state == row.State.SECOND_REVIEW:
            registration.approve_registration(actor=approver, at=at(on), **common)
        if new_total := deal.get("amend_to"):
            later = on + timedelta(days=60)
            registration.amend_registration(
                actor=registrar,
                effective_on=later,
                reason="双方补充协议增加试验内容",
                document=paper(deal, "supplement"),
                at=at(later),
                contract_amount=Decimal(new_total),
                technology_amount=Decimal(new_total) * 8 / 10,
                **common,
            )
            approve_changes(row, approver, later)
        if ended := deal.get("cancelled_on"):
            day = date.fromisoformat(ended)
            registration.cancel_registration(
                actor=registrar,
                effective_on=day,
                reason="合同经双方协商解除",
                document=paper(deal, "dissolution"),
                at=at(day),
                **common,
            )
            approve_changes(row, approver, day)


def paper(deal: dict[str, Any], kind: str) -> "ContentFile[bytes]":
    """The invented paper that a change rests on."""
    return ContentFile(sealed_scan(deal["registration_no"], kind), f"{deal['registration_no']}-{kind}.png")


def approve_changes(row: Registration, approver: Actor, on: date) -> None:
    """A change of high value waits for the second person."""
    for change in row.changes.filter(state=Change.State.PROPOSED):
        registration.approve_change(actor=approver, change_id=change.id, version=None, at=at(on))


def begun_on(deal: dict[str, Any]) -> date:
    """When the introduction was made: well before the registration, or as the data says."""
    if "opened_on" in deal:
        return date.fromisoformat(deal["opened_on"])
    return date.fromisoformat(deal["registered_on"]) - timedelta(days=60)


def amounts_of(deal: dict[str, Any]) -> dict[str, Decimal]:
    """Four fifths of the total are technology, the rest equipment."""
    total = Decimal(deal["contract_amount"])
    return {"contract_amount": total, "technology_amount": total * 8 / 10}


def contract_data(pair: dict[str, Any], deal: dict[str, Any], on: date) -> ContractData:
    amounts = amounts_of(deal)
    total = amounts["contract_amount"]
    first = (total * 3 / 10).quantize(Decimal("0.01"))
    return ContractData.model_validate(
        {
            "contract_type": deal["contract_type"],
            "subtype": SUBTYPES[deal["contract_type"]],
            "title": pair["achievement"]["title"],
            **amounts,
            "valid_from": on,
            "valid_until": on.replace(year=on.year + 3, day=min(on.day, 28)),
            "technology_field": pair["technology_field"],
            "ip_type": "know_how",
            "expected_new_investment": total,
            "expected_new_output": total * 3,
            "subject_matter": f"{pair['achievement']['title']}，用于解决：{pair['demand']['difficulties']}",
            "performance_plan": "自合同生效之日起十二个月内，在买方厂区分阶段实施。",
            "confidentiality": "双方对技术信息和资料保密，期限五年。",
            "ip_ownership": "专利申请权归卖方所有，买方在本地享有实施权。",
            "acceptance": pair["achievement"]["indicators"],
            "deductions": [{"kind": "equipment", "description": "专用设备购置", "amount": total * 2 / 10}],
            "instalments": [
                {"amount": first, "condition": "合同签订后"},
                {"amount": total - first, "condition": "验收合格后"},
            ],
        }
    )


def sealed_scan(number: str, party: str) -> bytes:
    """An invented scan: a page with a red ring, so that nobody takes it for a real seal."""
    page = Image.new("RGB", (420, 594), "white")
    drawing = ImageDraw.Draw(page)
    drawing.text((40, 40), f"DEMO {number} {party}", fill="black")
    drawing.ellipse((230, 420, 350, 540), outline="red", width=5)
    target = io.BytesIO()
    page.save(target, format="PNG")
    return target.getvalue()


def copy_to_fallback() -> None:
    """Let the fallback's consumer have all that is due."""
    reader = outbox.consumer("search.postgresql")
    while reader is not None and deliveries.feed_batch(reader):
        pass
