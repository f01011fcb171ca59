"""Who gets through to what. A new operation or page fails the walk until it is declared here."""

from dataclasses import dataclass

SELLERS = frozenset({"university_clerk", "university_finance"})
BUYERS = frozenset({"enterprise_clerk", "enterprise_finance"})
CLERKS = frozenset({"university_clerk", "enterprise_clerk"})
OFFICE = frozenset({"registrar", "approver"})
READERS = frozenset({"operator", "auditor"})
REPORTERS = frozenset({"operator", "leader"})  # make reports, and approve each other's
OUTSIDERS = frozenset({"other_clerk", "leader", "stranger"})
DEAL = SELLERS | BUYERS | READERS | {"broker"}
CONTRACT = DEAL | OFFICE
SIGNED_IN = CONTRACT | OUTSIDERS
# Of a value that waits for its second person; in the world the leader is of the responsible office.
WATCHERS = READERS | {"leader"}
EVERYONE = SIGNED_IN | {"nobody"}
PUBLISHERS = CLERKS | {"other_clerk"}


@dataclass(frozen=True)
class Rule:
    """`through` get an answer; others who see the thing are forbidden (403), the rest find nothing (404).

    Where `seen_by` is left out, everyone who is signed in sees what is written to, and nobody else what is read.
    """

    through: frozenset[str]
    seen_by: frozenset[str] | None = None


def only(*names: str, seen_by: frozenset[str] | None = None) -> Rule:
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
    "POST /organisations/{organisation_id}/reject": only("operator"),
    "POST /organisations/{organisation_id}/suspend": only("operator"),
    "POST /organisations/{organisation_id}/reinstate": only("operator"),
    "GET /organisations/{organisation_id}/members": OPEN,
    "POST /organisations/members/{membership_id}/end": Rule(SELLERS, seen_by=SELLERS | {"operator"}),
    "POST /organisations/{organisation_id}/invitations": only(SELLER),
    "PATCH /me": Rule(SIGNED_IN),
    "GET /invitations": OPEN,
    "POST /invitations/{invitation_id}/accept": only("stranger", seen_by=frozenset({SELLER})),
    "POST /invitations/{invitation_id}/decline": only("stranger", seen_by=frozenset({SELLER})),
    "POST /invitations/{invitation_id}/withdraw": only(SELLER, seen_by=frozenset({"stranger"})),
    "GET /people": OPEN,
    "POST /people/{user_id}/suspend": only("operator", seen_by=frozenset()),
    "POST /people/{user_id}/reinstate": only("operator", seen_by=frozenset()),
    "GET /api-keys": OPEN,
    "POST /api-keys": Rule(PUBLISHERS),
    "POST /api-keys/{key_id}/revoke": only(SELLER, seen_by=frozenset()),
    "GET /achievements": OPEN,
    "POST /achievements": Rule(PUBLISHERS),
    "POST /achievements/import": Rule(PUBLISHERS),
    "GET /achievements/{achievement_id}": OPEN,
    "PATCH /achievements/{achievement_id}": only(SELLER),
    "POST /achievements/{achievement_id}/publish": only(SELLER),
    "POST /achievements/{achievement_id}/suspend": only(SELLER),
    "POST /achievements/{achievement_id}/withdraw": only(SELLER),
    "POST /achievements/{achievement_id}/take-down": only("operator"),
    "GET /achievements/{achievement_id}/matches": OPEN,
    "GET /demands": OPEN,
    "POST /demands": Rule(PUBLISHERS),
    "POST /demands/import": Rule(PUBLISHERS),
    "GET /demands/{demand_id}": OPEN,
    "PATCH /demands/{demand_id}": only(BUYER),
    "POST /demands/{demand_id}/publish": only(BUYER),
    "POST /demands/{demand_id}/suspend": only(BUYER),
    "POST /demands/{demand_id}/withdraw": only(BUYER),
    "POST /demands/{demand_id}/take-down": only("operator"),
    "GET /demands/{demand_id}/matches": OPEN,
    "PUT /verdicts/{demand_id}/{achievement_id}": Rule(CLERKS | {"broker"}),
    "DELETE /verdicts/{demand_id}/{achievement_id}": only(SELLER, seen_by=SELLERS),
    "GET /matching/quality": OPEN,
    "POST /matching/rematch": only("operator", seen_by=frozenset()),
    "GET /search": OPEN,
    "GET /search/suggest": OPEN,
    "GET /searches": OPEN,
    "POST /searches": Rule(SIGNED_IN),
    "PATCH /searches/{search_id}": only(SELLER, seen_by=frozenset()),
    "DELETE /searches/{search_id}": only(SELLER, seen_by=frozenset()),
    "POST /searches/{search_id}/renew-feed": only(SELLER, seen_by=frozenset()),
    "GET /introductions": OPEN,
    "POST /introductions": only("broker"),
    "GET /introductions/{introduction_id}": Rule(DEAL),
    "GET /deals": OPEN,
    "POST /deals": only("broker", seen_by=DEAL),
    "GET /deals/{deal_id}": Rule(DEAL),
    "POST /deals/{deal_id}/advance": only("broker", seen_by=DEAL),
    "POST /deals/{deal_id}/lose": only("broker", seen_by=DEAL),
    "POST /deals/{deal_id}/circumvent": only("broker", seen_by=DEAL),
    "POST /deals/{deal_id}/reopen": only("broker", seen_by=DEAL),
    "GET /contracts": OPEN,
    "POST /contracts": Rule(CLERKS | {"broker"}, seen_by=DEAL),
    "GET /contracts/{contract_id}": Rule(CONTRACT),
    "PUT /contracts/{contract_id}": Rule(CLERKS | {"broker"}, seen_by=CONTRACT),
    "POST /contracts/{contract_id}/finalise": Rule(CLERKS | {"broker"}, seen_by=CONTRACT),
    "POST /contracts/{contract_id}/reopen": Rule(CLERKS | {"broker"}, seen_by=CONTRACT),
    "POST /contracts/{contract_id}/sign": Rule(CLERKS, seen_by=CONTRACT),
    "POST /contracts/{contract_id}/complete": Rule(CLERKS, seen_by=CONTRACT),
    "POST /contracts/{contract_id}/terminate": Rule(CLERKS, seen_by=CONTRACT),
    "POST /contracts/{contract_id}/withdraw": Rule(CLERKS | {"broker"}, seen_by=CONTRACT),
    "GET /contracts/{contract_id}/document": Rule(CONTRACT),
    "GET /payments": OPEN,
    "POST /payments": Rule(BUYERS, seen_by=CONTRACT),
    "GET /payments/account": Rule(SELLERS),
    "PUT /payments/account": only("university_finance", "enterprise_finance"),
    "GET /payments/{payment_id}": Rule(DEAL),
    "POST /payments/{payment_id}/proof": Rule(BUYERS, seen_by=DEAL),
    "POST /payments/{payment_id}/confirm": only("university_finance", seen_by=DEAL),
    "POST /payments/{payment_id}/reject-proof": only("university_finance", seen_by=DEAL),
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
    "POST /registrations/{registration_id}/correct": only("registrar", seen_by=CONTRACT),
    "GET /registrations/corrections/{correction_id}": Rule(CONTRACT),
    "POST /registrations/corrections/{correction_id}/approve": Rule(OFFICE, seen_by=CONTRACT),
    "POST /registrations/corrections/{correction_id}/decline": Rule(OFFICE, seen_by=CONTRACT),
    "GET /registrations/changes/{change_id}": Rule(CONTRACT),
    "GET /registrations/changes/{change_id}/document": Rule(CONTRACT),
    "POST /registrations/changes/{change_id}/approve": only("approver", seen_by=CONTRACT),
    "POST /registrations/changes/{change_id}/decline": Rule(OFFICE, seen_by=CONTRACT),
    "GET /turnover": OPEN,
    "GET /turnover/breakdown": OPEN,
    "GET /turnover/breakdown.csv": OPEN,
    "GET /turnover/flows": OPEN,
    "GET /turnover/rank": OPEN,
    "GET /turnover/assessment": OPEN,
    "POST /turnover/assessment": only("operator"),
    "GET /turnover/entries": OPEN,
    "GET /monitoring/indicators": OPEN,
    "GET /monitoring/indicators/{indicator_no}": OPEN,
    "PUT /monitoring/indicators/{indicator_no}/office": only("operator"),
    "POST /monitoring/indicators/{indicator_no}/values": only("leader"),
    "POST /monitoring/values/{value_id}/confirm": only("leader", seen_by=WATCHERS),
    "POST /monitoring/values/{value_id}/reject": only("leader", seen_by=WATCHERS),
    "GET /turnover/entries/{entry_id}/proof": Rule(CONTRACT | {"leader"}),
    "GET /audit/heads": OPEN,
    "GET /audit/consistency/{first}/{second}": OPEN,
    "POST /audit/evidence": Rule(READERS, seen_by=frozenset()),
    "GET /audit/evidence/{evidence_id}": Rule(READERS),
    "GET /reports": OPEN,
    "POST /reports": Rule(REPORTERS),
    "GET /reports/{report_id}": OPEN,
    "PUT /reports/{report_id}": Rule(REPORTERS),
    "DELETE /reports/{report_id}": Rule(REPORTERS),
    "POST /reports/{report_id}/submit": Rule(REPORTERS),
    "POST /reports/{report_id}/publish": Rule(REPORTERS),
    "POST /reports/{report_id}/return": Rule(REPORTERS),
    "GET /reports/{report_id}/content.{form}": OPEN,
    "GET /reports/{report_id}/restatement": OPEN,
    "GET /reports/{report_id}/adjustments": OPEN,
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
    seen_by = rule.seen_by
    if seen_by is None:
        seen_by = rule.through if method == "GET" else SIGNED_IN
    return "forbidden" if name in seen_by else "hidden"


def ended(status: int) -> str:
    """What a status says; a failure of ours is never an ending."""
    assert status < 500, status
    return {401: "sign in", 403: "forbidden", 404: "hidden"}.get(status, "through")


# Pages to read, by the name of their address. Where a passer-by is asked to sign in, the page is a desk.
DESK = Rule(SIGNED_IN)
PAGES: dict[str, Rule] = {
    "accounts:directory": only("operator", seen_by=SIGNED_IN),
    "accounts:invitation": Rule(frozenset(), seen_by=frozenset()),  # only after the letter's link was opened
    "accounts:invited": OPEN,  # the address itself is the secret
    "accounts:join": DESK,
    "accounts:keys": Rule(PUBLISHERS, seen_by=SIGNED_IN),
    "accounts:me": DESK,
    "accounts:organisation": DESK,
    "accounts:verification": only("operator", seen_by=SIGNED_IN),
    "agreements:deal-part": Rule(DEAL),
    "agreements:detail": Rule(CONTRACT),
    "agreements:document": Rule(CONTRACT),
    "agreements:document-page": Rule(CONTRACT),
    "agreements:draft": Rule(CLERKS | {"broker"}, seen_by=DEAL),
    "agreements:edit": Rule(CLERKS | {"broker"}, seen_by=CONTRACT),
    "agreements:list": DESK,
    "agreements:papers": Rule(CONTRACT),
    "agreements:scan": Rule(CONTRACT),
    "agreements:scan-page": Rule(CONTRACT),
    "audit:desk": Rule(READERS, seen_by=frozenset()),
    "audit:entry-part": Rule(CONTRACT | {"leader"}),
    "audit:entry-proof": Rule(CONTRACT | {"leader"}),
    "audit:evidence": Rule(READERS, seen_by=frozenset()),
    "audit:verifier": OPEN,
    "brokerage:achievement-story": OPEN,
    "brokerage:deal": Rule(DEAL),
    "brokerage:deals": DESK,
    "brokerage:demand-story": OPEN,
    "brokerage:introduce": only("broker", seen_by=SIGNED_IN),
    "brokerage:introduction": Rule(DEAL),
    "brokerage:introductions": DESK,
    "brokerage:proof": Rule(DEAL),
    "catalog:achievement": OPEN,
    "catalog:achievements": OPEN,
    "catalog:demand": OPEN,
    "catalog:demands": OPEN,
    "catalog:edit": only(SELLER, seen_by=SIGNED_IN),
    "catalog:mine": Rule(SIGNED_IN - {"stranger"}),
    "catalog:organisation": OPEN,
    "catalog:new-achievement": Rule(PUBLISHERS, seen_by=SIGNED_IN),
    "catalog:new-demand": Rule(PUBLISHERS, seen_by=SIGNED_IN),
    "exchange:listings": OPEN,
    "monitoring:indicator": OPEN,
    "monitoring:list": OPEN,
    "monitoring:proof-file": Rule(WATCHERS),
    "monitoring:year-part": OPEN,
    "notices:inbox": DESK,
    "pages:accessibility": OPEN,
    "pages:deliveries": Rule(frozenset({"operator"}), seen_by=frozenset()),
    "pages:demo-progress": OPEN,
    "pages:home": OPEN,
    "payments:account": DESK,
    "payments:contract-part": Rule(CONTRACT),
    "payments:detail": Rule(DEAL),
    "payments:list": DESK,
    "payments:proof-file": Rule(DEAL),
    "ranking:achievement-matches": OPEN,
    "ranking:demand-matches": OPEN,
    "ranking:operating": Rule(frozenset({"operator"}), seen_by=frozenset()),
    "ranking:pair": OPEN,
    "ranking:quality": OPEN,
    "registration:change-document": Rule(CONTRACT),
    "registration:contract-part": Rule(CONTRACT),
    "registration:detail": Rule(CONTRACT),
    "registration:list": DESK,
    "reports:content": OPEN,  # of a published report; a draft is hidden, as the room's own tests say
    "reports:detail": OPEN,
    "reports:list": OPEN,
    "reports:new": Rule(REPORTERS, seen_by=SIGNED_IN),
    "search:feed": OPEN,  # the address itself is the secret, and so is the one that unsubscribes
    "reference:calendar": OPEN,
    "search:save": DESK,
    "search:saved": DESK,
    "search:saved-found": only(SELLER),
    "search:search": OPEN,
    "search:suggest": OPEN,
    "search:unsubscribe": OPEN,
    "turnover:achievement-part": OPEN,
    "turnover:assessment": OPEN,
    "turnover:dashboard": OPEN,
    "turnover:deal-part": OPEN,
    "turnover:demand-part": OPEN,
    "turnover:entry": Rule(CONTRACT | {"leader"}),
    "turnover:lines": OPEN,
    "turnover:year": OPEN,
}
# Buttons, with the operation of the API that does the same: whoever may do the one may do the other.
BUTTONS: dict[str, str] = {
    "accounts:end-membership": "POST /organisations/members/{membership_id}/end",
    "accounts:join": "POST /organisations",
    "accounts:keys": "POST /api-keys",
    "accounts:me": "PATCH /me",
    "accounts:reinstate": "POST /organisations/{organisation_id}/reinstate",
    "accounts:reinstate-person": "POST /people/{user_id}/reinstate",
    "accounts:reject": "POST /organisations/{organisation_id}/reject",
    "accounts:revoke-key": "POST /api-keys/{key_id}/revoke",
    "accounts:suspend": "POST /organisations/{organisation_id}/suspend",
    "accounts:suspend-person": "POST /people/{user_id}/suspend",
    "accounts:verification": "POST /organisations/{organisation_id}/verify",
    "accounts:withdraw": "POST /invitations/{invitation_id}/withdraw",
    "agreements:draft": "POST /contracts",
    "agreements:edit": "PUT /contracts/{contract_id}",
    "agreements:step finalise": "POST /contracts/{contract_id}/finalise",
    "agreements:step sign": "POST /contracts/{contract_id}/sign",
    "agreements:step reopen": "POST /contracts/{contract_id}/reopen",
    "agreements:step complete": "POST /contracts/{contract_id}/complete",
    "agreements:step withdraw": "POST /contracts/{contract_id}/withdraw",
    "agreements:step terminate": "POST /contracts/{contract_id}/terminate",
    "audit:make-evidence": "POST /audit/evidence",
    "brokerage:introduce": "POST /introductions",
    "brokerage:move advance": "POST /deals/{deal_id}/advance",
    "brokerage:move lose": "POST /deals/{deal_id}/lose",
    "brokerage:move circumvent": "POST /deals/{deal_id}/circumvent",
    "brokerage:move reopen": "POST /deals/{deal_id}/reopen",
    "brokerage:open-deal": "POST /deals",
    "catalog:edit": "PATCH /achievements/{achievement_id}",
    "catalog:move publish": "POST /achievements/{achievement_id}/publish",
    "catalog:move suspend": "POST /achievements/{achievement_id}/suspend",
    "catalog:move withdraw": "POST /achievements/{achievement_id}/withdraw",
    "catalog:move take_down": "POST /achievements/{achievement_id}/take-down",
    "catalog:new-achievement": "POST /achievements",
    "catalog:new-demand": "POST /demands",
    "monitoring:assign": "PUT /monitoring/indicators/{indicator_no}/office",
    "monitoring:enter": "POST /monitoring/indicators/{indicator_no}/values",
    "monitoring:step confirm": "POST /monitoring/values/{value_id}/confirm",
    "monitoring:step reject": "POST /monitoring/values/{value_id}/reject",
    "notices:read": "POST /notices/{notice_id}/read",
    "payments:account": "PUT /payments/account",
    "payments:start": "POST /payments",
    "payments:step submit_proof": "POST /payments/{payment_id}/proof",
    "payments:step confirm": "POST /payments/{payment_id}/confirm",
    "payments:step reject_proof": "POST /payments/{payment_id}/reject-proof",
    "payments:step refund": "POST /payments/{payment_id}/refund",
    "payments:step cancel": "POST /payments/{payment_id}/cancel",
    "ranking:rematch": "POST /matching/rematch",
    "ranking:verdict": "PUT /verdicts/{demand_id}/{achievement_id}",
    "registration:apply": "POST /registrations",
    "registration:step submit": "POST /registrations/{registration_id}/submit",
    "registration:step accept": "POST /registrations/{registration_id}/accept",
    "registration:step register": "POST /registrations/{registration_id}/register",
    "registration:step approve": "POST /registrations/{registration_id}/approve",
    "registration:step request_correction": "POST /registrations/{registration_id}/request-correction",
    "registration:step refuse": "POST /registrations/{registration_id}/refuse",
    "registration:step amend": "POST /registrations/{registration_id}/amend",
    "registration:step cancel": "POST /registrations/{registration_id}/cancel",
    "registration:step revoke": "POST /registrations/{registration_id}/revoke",
    "registration:step correct": "POST /registrations/{registration_id}/correct",
    "registration:change-step approve": "POST /registrations/changes/{change_id}/approve",
    "registration:change-step decline": "POST /registrations/changes/{change_id}/decline",
    "registration:correction-step approve": "POST /registrations/corrections/{correction_id}/approve",
    "registration:correction-step decline": "POST /registrations/corrections/{correction_id}/decline",
    "reports:new": "POST /reports",
    "reports:step revise": "PUT /reports/{report_id}",
    "reports:step discard": "DELETE /reports/{report_id}",
    "reports:step submit": "POST /reports/{report_id}/submit",
    "reports:step publish": "POST /reports/{report_id}/publish",
    "reports:step return": "POST /reports/{report_id}/return",
    "turnover:decide": "POST /turnover/assessment",
    "search:save": "POST /searches",
    "search:saved-delete": "DELETE /searches/{search_id}",
    "search:saved-renew-feed": "POST /searches/{search_id}/renew-feed",
    "search:saved-update": "PATCH /searches/{search_id}",
}
# Buttons about oneself: anyone who is signed in, or who only looks at the page.
OWN_BUTTONS: dict[str, Rule] = {
    "accounts:act-for": Rule(SELLERS, seen_by=frozenset()),
    "accounts:invitation": Rule(frozenset(), seen_by=frozenset()),
    "accounts:invite": Rule(PUBLISHERS | {"operator"}, seen_by=SIGNED_IN - {"stranger"}),
    "accounts:propose": Rule(frozenset({SELLER}), seen_by=SIGNED_IN),  # by the operator where there is no manager
    "accounts:resubmit": Rule(PUBLISHERS, seen_by=SIGNED_IN - {"stranger"}),
    "notices:read-all": DESK,
    "pages:care": OPEN,
    "ranking:retry": Rule(frozenset({"operator"}), seen_by=frozenset()),
    "ranking:watch": Rule(SIGNED_IN - {"stranger"}, seen_by=SIGNED_IN),
    "reference:enter-year": Rule(frozenset({"operator"}), seen_by=SIGNED_IN),
    "pages:requeue": Rule(frozenset({"operator"}), seen_by=frozenset()),
    "search:unsubscribe": OPEN,
}
