"""A body that each writing operation accepts, so that only the actor decides how it ends."""

import json
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.serializers.json import DjangoJSONEncoder

from tests import story as telling
from tests.cast import credit_code
from tests.market.config.world import World

Body = Callable[[World], dict[str, Any]]
ENDING = {"effective_on": "2026-03-02", "reason": "双方约定"}
REGISTERED = {"contract_amount": "1000000.00", "technology_amount": "780000.00"}


def ending() -> dict[str, Any]:
    return ENDING | {"document": scan()}


BODIES: dict[str, Body] = {
    "POST /organisations": lambda world: {
        "kind": "enterprise",
        "name": "示例新企业",
        "credit_code": credit_code(99),
        "region": "360781",
    },
    "POST /organisations/{organisation_id}/invitations": lambda world: {
        "email": "new@example.com",
        "roles": ["clerk"],
    },
    "POST /organisations/{organisation_id}/reject": lambda world: {"reason": "材料不全"},
    "POST /organisations/{organisation_id}/suspend": lambda world: {"reason": "冒用单位"},
    "POST /people/{user_id}/suspend": lambda world: {"reason": "冒用单位"},
    "POST /invitations/{invitation_id}/accept": lambda world: {"name": "新同事"},
    "PATCH /me": lambda world: {"name": "改过的姓名"},
    "POST /api-keys": lambda world: {"name": "接口", "roles": ["clerk"], "scopes": ["achievements:read"]},
    "POST /achievements": lambda world: plain(telling.ACHIEVEMENT),
    "PATCH /achievements/{achievement_id}": lambda world: {"title": "改过的名称"},
    "POST /achievements/{achievement_id}/take-down": lambda world: {"reason": "重复发布"},
    "POST /achievements/import": lambda world: {"file": scan('{"title": "一项成果"}'.encode())},
    "POST /demands/import": lambda world: {"file": scan('{"title": "一项需求", "content": ""}'.encode())},
    "POST /demands": lambda world: plain(telling.DEMAND),
    "PATCH /demands/{demand_id}": lambda world: {"title": "改过的名称"},
    "POST /demands/{demand_id}/take-down": lambda world: {"reason": "重复发布"},
    "POST /introductions": lambda world: {
        "demand_id": str(world.story.demand.id),
        "achievement_id": str(world.story.achievement.id),
    },
    "POST /deals": lambda world: {"introduction_id": str(world.story.deal.introduction_id)},
    "POST /deals/{deal_id}/advance": lambda world: {"stage": "negotiating"},
    "POST /deals/{deal_id}/lose": lambda world: {"reason": "price"},
    "POST /deals/{deal_id}/reopen": lambda world: {},
    "POST /deals/{deal_id}/circumvent": lambda world: {"note": "绕开机构签约"},
    "POST /contracts": lambda world: plain(telling.CONTRACT) | {"deal_id": str(world.story.deal.id)},
    "PUT /contracts/{contract_id}": lambda world: plain(telling.CONTRACT),
    "POST /contracts/{contract_id}/sign": lambda world: {"scan": scan(), "signed_on": "2026-03-02"},
    "POST /contracts/{contract_id}/withdraw": lambda world: {"reason": "另行起草"},
    "POST /contracts/{contract_id}/terminate": lambda world: {"reason": "双方约定"},
    "POST /payments": lambda world: {
        "instalment_id": str(world.story.contract.instalments.order_by("-position")[0].id),
        "rail": "bank_transfer",
    },
    "POST /payments/{payment_id}/proof": lambda world: {"proof": scan(), "paid_on": "2026-03-02"},
    "PUT /payments/account": lambda world: {"holder": "示例大学", "bank": "示例银行", "number": "6222000000001234"},
    "POST /payments/{payment_id}/reject-proof": lambda world: {"reason": "未查到款项"},
    "POST /payments/{payment_id}/refund": lambda world: {"amount": "1.00", "reason": "多付"},
    "PUT /monitoring/indicators/{indicator_no}/office": lambda world: {
        "organisation_id": str(world.cast.government.id),
        "due_days": 90,
    },
    "POST /monitoring/indicators/{indicator_no}/values": lambda world: {
        "year": 2022,
        "value": "1.95",
        "source_text": "统计公报第 12 页",
        "proof": scan(),
    },
    "POST /monitoring/values/{value_id}/reject": lambda world: {"reason": "与公报不一致"},
    "POST /registrations": lambda world: {
        "contract_id": str(world.story.contract.id),
        "office_id": str(world.cast.registry.id),
    },
    "POST /registrations/{registration_id}/request-correction": lambda world: {"grounds": ["parties_unclear"]},
    "POST /registrations/{registration_id}/request-supplement": lambda world: {"grounds": ["parties_unclear"]},
    "POST /registrations/{registration_id}/attach": lambda world: {"kind": "proof", "document": scan()},
    "POST /registrations/{registration_id}/send-back": lambda world: {"grounds": ["parties_unclear"]},
    "POST /registrations/{registration_id}/refuse": lambda world: {"grounds": ["parties_unclear"]},
    "POST /registrations/{registration_id}/register": lambda world: (
        REGISTERED | {"registration_no": "2026360701000002", "registered_on": "2026-03-02"}
    ),
    "POST /registrations/{registration_id}/amend": lambda world: REGISTERED | ending(),
    "POST /registrations/{registration_id}/cancel": lambda world: ending(),
    "POST /registrations/{registration_id}/revoke": lambda world: ending(),
    "POST /registrations/{registration_id}/correct": lambda world: {"seller_region": "360400", "reason": "录入有误"},
    "POST /turnover/assessment": lambda world: {
        "valid_from": "2026-01-01",
        "side": "absorption",
        "amount": "contract_amount",
        "reason": "市科技局通知",
    },
    "POST /reports": lambda world: {"kind": "monthly", "year": 2025, "number": 12, "note": "按月核对"},
    "PUT /reports/{report_id}": lambda world: {"sides": ["output"], "note": "按月核对"},
    "POST /reports/{report_id}/return": lambda world: {"reason": "三月漏计"},
    "PUT /verdicts/{demand_id}/{achievement_id}": lambda world: {"code": "fits"},
    "POST /searches": lambda world: {"name": "铜合金", "query": {"q": "铜合金"}, "cadence": "none"},
    "PATCH /searches/{search_id}": lambda world: {"name": "改过的名称", "cadence": "none"},
}


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """As JSON carries them: amounts and dates as strings."""
    found: dict[str, Any] = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
    return found


def scan(content: bytes = telling.SCAN) -> SimpleUploadedFile:
    return SimpleUploadedFile("scan.pdf", content, "application/pdf")
