"""`/api/v1/payments`, and the address to which the provider sends its notices."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from ninja import Router, Status

from contracts.payments import lifecycle, policy, problems, services
from contracts.payments.models import PayeeAccount, Payment
from contracts.payments.schemas import (
    DisputeOut,
    PayeeAccountIn,
    PayeeAccountOut,
    PaymentOut,
    PaymentPage,
    PaymentStartIn,
)
from market.kernel import clock
from market.kernel.actor import Actor
from market.kernel.api import CHANGING, ApiRequest, Cursor, Limit, if_match, tag
from market.kernel.api import problems as answers
from market.kernel.http import problem_response
from market.kernel.idempotency import REPEATABLE, require_key
from market.kernel.paging import InvalidCursor, cursor_page
from market.kernel.problems import NotFound, Problem, TooLarge
from market.kernel.verb_endpoints import add_verbs

router = Router(tags=["payments"])

MAX_NOTICE_BYTES = 256_000
RELATED = ("contract__buyer", "contract__seller__payee_account")


@router.get("", response={200: PaymentPage, **answers(InvalidCursor)})
def list_payments(
    request: ApiRequest, contract_id: UUID | None = None, cursor: Cursor = "", limit: Limit = 20
) -> dict[str, Any]:
    """Payments the reader may see, newest first."""
    rows = _rows(request.actor)
    if contract_id is not None:
        rows = rows.filter(contract=contract_id)
    page = cursor_page(rows, name="payments", order=("-created_at", "-id"), cursor=cursor, limit=limit)
    return {"items": [serialize_payment(row, request.actor) for row in page.items], "next": page.next}


@router.post("", response={201: PaymentOut, **answers(*CHANGING, *REPEATABLE, problems.AlreadyPaying)})
def start(request: ApiRequest, response: HttpResponse, payload: PaymentStartIn) -> Status[dict[str, Any]]:
    """Begin to pay an instalment; needs an Idempotency-Key."""
    require_key(request)
    row = services.start_payment(
        actor=request.actor, instalment_id=payload.instalment_id, rail=payload.rail, at=clock.now()
    )
    response["Location"] = f"/api/v1/payments/{row.id}"
    return Status(201, _answer(request, response, row.id))


@router.get("/{uuid:payment_id}", response={200: PaymentOut, **answers()})
def get_payment(request: ApiRequest, response: HttpResponse, payment_id: UUID) -> dict[str, Any]:
    """One payment; an online payment has its page once a worker made it known to the provider."""
    return _answer(request, response, payment_id)


@router.get("/account", response={200: PayeeAccountOut, **answers()})
def get_account(request: ApiRequest, response: HttpResponse) -> PayeeAccount:
    """Where one's own organisation is paid by bank transfer."""
    if request.actor.organisation_id is None:
        raise NotFound
    row = policy.accounts.fetch(actor=request.actor, pk=request.actor.organisation_id)
    tag(response, row)
    return row


@router.put("/account", response={200: PayeeAccountOut, **answers(*CHANGING)})
def put_account(request: ApiRequest, response: HttpResponse, payload: PayeeAccountIn) -> PayeeAccount:
    """Say where one's own organisation is paid, as its finance office; the first time with `If-Match: "0"`."""
    row = services.set_payee_account(
        actor=request.actor, version=if_match(request), **payload.model_dump(), at=clock.now()
    )
    tag(response, row)
    return row


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Keep the provider's signed notice; the work follows from the row."""
    try:
        if int(request.headers.get("Content-Length") or 0) > MAX_NOTICE_BYTES:
            raise TooLarge(limit_bytes=MAX_NOTICE_BYTES)
        signature = request.headers.get("Stripe-Signature", "")
        services.receive_provider_event(raw=request.body, signature=signature, at=clock.now())
    except Problem as problem:
        return problem_response(request, problem)
    return HttpResponse(status=204)


def _rows(actor: Actor) -> QuerySet[Payment]:
    return policy.payments.visible_to(actor).select_related(*RELATED).prefetch_related("refunds", "disputes")


def _answer(request: ApiRequest, response: HttpResponse, payment_id: UUID) -> dict[str, Any]:
    row = policy.payments.fetch(actor=request.actor, pk=payment_id, related=RELATED)
    tag(response, row)
    return serialize_payment(row, request.actor)


def serialize_payment(row: Payment, actor: Actor) -> dict[str, Any]:
    """The row as the wire has it."""
    contract = row.contract
    account = getattr(contract.seller, "payee_account", None) if policy.is_party(actor, row) else None
    is_payer = actor.acts_for(contract.buyer_id)
    return {
        "id": row.id,
        "no": row.no,
        "contract_id": row.contract_id,
        "instalment_id": row.instalment_id,
        "payer": {"id": contract.buyer_id, "name": contract.buyer.name},
        "payee": {"id": contract.seller_id, "name": contract.seller.name},
        "payee_account": account,
        "rail": row.rail,
        "amount": str(row.amount),
        "currency": row.currency,
        "state": row.state,
        "failure_code": row.failure_code,
        "failure": row.failure,
        "paid_on": row.paid_on,
        "succeeded_at": row.succeeded_at,
        "provider_id": row.provider_id,
        "checkout_url": row.checkout_url if is_payer and row.state == Payment.State.AWAITING_PAYMENT else "",
        "checkout_expires_at": row.checkout_expires_at,
        "refunds": [
            {
                "id": item.id,
                "amount": str(item.amount),
                "state": item.state,
                "reason": item.reason,
                "failure_code": item.failure_code,
                "failure": item.failure,
                "requested_at": item.requested_at,
                "ended_at": item.ended_at,
            }
            for item in row.refunds.all()
        ],
        "disputes": [
            {name: getattr(item, name) for name in DisputeOut.model_fields} | {"amount": str(item.amount)}
            for item in row.disputes.all()
        ],
        "version": row.version,
        "allowed": policy.payments.allowed(actor, row),
    }


add_verbs(router, lifecycle.PAYMENTS, out=PaymentOut, answer=_answer)
