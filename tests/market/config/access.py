"""Who gets through to what. A new operation or page fails the walk until it is declared here."""

from dataclasses import dataclass

SELLERS = frozenset({"university_clerk", "university_finance"})
BUYERS = frozenset({"enterprise_clerk", "enterprise_finance"})
CLERKS = frozenset({"university_clerk", "enterprise_clerk"})
OFFICE = frozenset({"registrar", "approver"})
READERS = frozenset({"operator", "auditor"})
OUTSIDERS = frozenset({"other_clerk", "leader", "stranger"})
DEAL = SELLERS | BUYERS | READERS | {"broker"}
CONTRACT = DEAL | OFFICE
SIGNED_IN = CONTRACT | OUTSIDERS
EVERYONE = SIGNED_IN | {"nobody"}
PUBLISHERS = CLERKS | {"other_clerk"}


@dataclass(frozen=True)
class Rule:
    """`through` get an answer; the others who see the thing are forbidden (403), the rest find nothing (404)."""

    through: frozenset[str]
    seen_by: frozenset[str] = SIGNED_IN


def only(*names: str, seen_by: frozenset[str] = SIGNED_IN) -> Rule:
    return Rule(frozenset(names), seen_by)


OPEN = Rule(EVERYONE)
# A list is open and holds what its reader may see; which rows those are, each room's own tests say.
SELLER, BUYER = "university_clerk", "enterprise_clerk"

API: dict[str, Rule] = {
    "GET /me": OPEN,
    "GET /organisations": OPEN,
    "POST /organisations": Rule(SIGNED_IN),
    "GET /organisations/{organisation_id}": OPEN,
    "POST /organisations/{organisation_id}/verify": only("operator"),
    "POST /organisations/{organisation_id}/members": only(SELLER, "operator"),
    "POST /organisations/members/{membership_id}/end": only(SELLER, "operator", seen_by=SELLERS | {"operator"}),
    "GET /api-keys": OPEN,
    "POST /api-keys": Rule(PUBLISHERS | {"operator"}),
    "POST /api-keys/{key_id}/revoke": only(SELLER, seen_by=frozenset()),
    "GET /achievements": OPEN,
    "POST /achievements": Rule(PUBLISHERS),
    "GET /achievements/{achievement_id}": OPEN,
    "PATCH /achievements/{achievement_id}": only(SELLER),
    "POST /achievements/{achievement_id}/publish": only(SELLER),
    "POST /achievements/{achievement_id}/suspend": only(SELLER),
    "POST /achievements/{achievement_id}/withdraw": only(SELLER),
    "POST /achievements/{achievement_id}/take-down": only("operator"),
    "GET /achievements/{achievement_id}/matches": OPEN,
    "GET /demands": OPEN,
    "POST /demands": Rule(PUBLISHERS),
    "GET /demands/{demand_id}": OPEN,
    "PATCH /demands/{demand_id}": only(BUYER),
    "POST /demands/{demand_id}/publish": only(BUYER),
    "POST /demands/{demand_id}/suspend": only(BUYER),
    "POST /demands/{demand_id}/withdraw": only(BUYER),
    "POST /demands/{demand_id}/take-down": only("operator"),
    "GET /demands/{demand_id}/matches": OPEN,
    "GET /search": OPEN,
    "GET /introductions": OPEN,
    "POST /introductions": only("broker"),
    "GET /introductions/{introduction_id}": Rule(DEAL),
    "GET /deals": OPEN,
    "POST /deals": only("broker", seen_by=DEAL),
    "GET /deals/{deal_id}": Rule(DEAL),
    "POST /deals/{deal_id}/advance": only("broker", seen_by=DEAL),
    "POST /deals/{deal_id}/lose": only("broker", seen_by=DEAL),
    "POST /deals/{deal_id}/circumvent": only("broker", seen_by=DEAL),
    "GET /contracts": OPEN,
    "POST /contracts": Rule(CLERKS | {"broker"}, seen_by=DEAL),
    "GET /contracts/{contract_id}": Rule(CONTRACT),
    "PUT /contracts/{contract_id}": Rule(CLERKS | {"broker"}, seen_by=CONTRACT),
    "POST /contracts/{contract_id}/finalise": Rule(CLERKS | {"broker"}, seen_by=CONTRACT),
    "POST /contracts/{contract_id}/reopen": Rule(CLERKS | {"broker"}, seen_by=CONTRACT),
    "POST /contracts/{contract_id}/sign": Rule(CLERKS, seen_by=CONTRACT),
    "POST /contracts/{contract_id}/complete": Rule(CLERKS, seen_by=CONTRACT),
    "POST /contracts/{contract_id}/terminate": Rule(CLERKS, seen_by=CONTRACT),
    "GET /contracts/{contract_id}/document": Rule(CONTRACT),
    "GET /payments": OPEN,
    "POST /payments": Rule(BUYERS, seen_by=CONTRACT),
    "GET /payments/{payment_id}": Rule(DEAL),
    "POST /payments/{payment_id}/proof": Rule(BUYERS, seen_by=DEAL),
    "POST /payments/{payment_id}/confirm": only("university_finance", seen_by=DEAL),
    "POST /payments/{payment_id}/cancel": Rule(BUYERS, seen_by=DEAL),
    "POST /payments/{payment_id}/refund": only("university_finance", seen_by=DEAL),
    "GET /registrations": OPEN,
    "POST /registrations": only(SELLER, seen_by=CONTRACT),
    "GET /registrations/{registration_id}": Rule(CONTRACT),
    "POST /registrations/{registration_id}/submit": only(SELLER, seen_by=CONTRACT),
    "POST /registrations/{registration_id}/accept": only("registrar", seen_by=CONTRACT),
    "POST /registrations/{registration_id}/request-correction": only("registrar", seen_by=CONTRACT),
    "POST /registrations/{registration_id}/refuse": Rule(OFFICE, seen_by=CONTRACT),
    "POST /registrations/{registration_id}/register": only("registrar", seen_by=CONTRACT),
    "POST /registrations/{registration_id}/approve": only("approver", seen_by=CONTRACT),
    "POST /registrations/{registration_id}/amend": only("registrar", seen_by=CONTRACT),
    "POST /registrations/{registration_id}/cancel": only("registrar", seen_by=CONTRACT),
    "POST /registrations/{registration_id}/revoke": only("registrar", seen_by=CONTRACT),
    "GET /turnover": OPEN,
    "GET /turnover/entries": OPEN,
    "GET /notices": OPEN,
    "POST /notices/{notice_id}/read": only(SELLER, seen_by=frozenset()),
    "GET /jobs": OPEN,
    "GET /jobs/{job_id}": Rule(SELLERS | {"operator"}),
    "POST /jobs/{job_id}/cancel": Rule(SELLERS | {"operator"}, seen_by=frozenset()),
    "GET /dictionaries": OPEN,
    "GET /dictionaries/{scheme}": OPEN,
}


def expected(rule: Rule, name: str, method: str) -> str:
    """How an attempt ends: "through", "sign in" (401), "forbidden" (403) or "hidden" (404)."""
    if name in rule.through:
        return "through"
    if name == "nobody" and method != "GET":
        return "sign in"
    if method == "GET":
        return "hidden"
    return "forbidden" if name in rule.seen_by else "hidden"


def ended(status: int) -> str:
    """What a status says; a failure of ours is never an ending."""
    assert status < 500, status
    return {401: "sign in", 403: "forbidden", 404: "hidden"}.get(status, "through")
