"""Paying an instalment, and seeing that it arrived."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contracts.agreements import policy as agreements
from contracts.agreements import rules
from contracts.agreements.models import Instalment, TechnologyContract
from contracts.payments import journal, policy, queries, services
from contracts.payments.forms import AccountForm, StartForm
from contracts.payments.history import history_of
from contracts.payments.models import PayeeAccount, Payment, Rail
from market.kernel import clock, files
from market.kernel.actor import Actor
from market.kernel.problems import NotFound, NotSignedIn, Problem
from market.pages.rendering import PageRequest, paginate, render_page
from market.pages.steps import Refused, attempt, buttons, take

MOST_WAITING = 50


@require_safe
def payment_list(request: PageRequest) -> HttpResponse:
    if not request.actor.is_signed_in:
        raise NotSignedIn
    actor = request.actor
    rows = (
        policy.payments.visible_to(actor)
        .select_related("contract__seller", "contract__buyer")
        .order_by("-created_at", "-id")
    )
    waiting = queries.open_instalments(actor=actor) if actor.organisation_id else Instalment.objects.none()
    page = paginate(request, rows)
    context: dict[str, Any] = {
        "page": page,
        "rows": [(row, direction(actor, row.contract)) for row in page.items],
        "waiting": [(row, direction(actor, row.contract)) for row in waiting[:MOST_WAITING]],
        "waiting_count": waiting.count(),
        "may_set_account": policy.sets_account(actor) and actor.organisation_id,
    }
    return render_page(request, "payments/list.html", **context)


def direction(actor: Actor, contract: TechnologyContract) -> str:
    """ "in" where the actor's organisation is paid, "out" where it pays, nothing where it looks on."""
    if actor.acts_for(contract.seller_id):
        return "in"
    return "out" if actor.acts_for(contract.buyer_id) else ""


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: PageRequest) -> HttpResponse:
    """Where one's own organisation is paid; its people see it, its finance office changes it."""
    if not request.actor.is_signed_in:
        raise NotSignedIn
    row = policy.accounts.visible_to(request.actor).first()
    may_change = policy.sets_account(request.actor)
    form = AccountForm(request.POST or None, initial=_account_values(row))
    save = partial(services.set_payee_account, actor=request.actor, at=clock.now())
    if request.method == "POST" and attempt(form, save) is not None:
        messages.success(request, _("收款账户已保存"))
        return redirect("payments:account")
    return render_page(request, "payments/account.html", form=form, row=row, may_change=may_change)


def _account_values(row: PayeeAccount | None) -> dict[str, Any]:
    names = ("version", "holder", "bank", "number")
    return {name: getattr(row, name) for name in names} if row else {"version": 0}


@require_safe
def payment_detail(request: PageRequest, payment_id: UUID) -> HttpResponse:
    return _detail(request, payment_id)


@require_safe
def proof_file(request: PageRequest, payment_id: UUID) -> FileResponse:
    payment = policy.payments.fetch(actor=request.actor, pk=payment_id, related=("proof",))
    if payment.proof is None:
        raise NotFound
    return files.response(payment.proof)


@require_POST
def start(request: PageRequest, instalment_id: UUID) -> HttpResponse:
    seen = agreements.contracts.visible_to(request.actor)
    instalment = Instalment.objects.filter(pk=instalment_id, contract__in=seen.values("pk")).first()
    if instalment is None:
        raise NotFound
    form = StartForm(request.POST)
    if form.is_valid():
        try:
            payment = services.start_payment(
                actor=request.actor,
                instalment_id=instalment_id,
                rail=Rail(form.cleaned_data["rail"]),
                at=clock.now(),
            )
        except Problem as problem:
            if problem.is_passed_on:
                raise
            messages.error(request, problem.words)
        else:
            return redirect("payments:detail", payment.id)
    return redirect("payments:contract-part", instalment.contract_id)


@require_POST
def step(request: PageRequest, payment_id: UUID, verb: str) -> HttpResponse:
    return take(
        request,
        policy.payments,
        payment_id,
        verb,
        draw=partial(_detail, request, payment_id),
        done=lambda _row: redirect("payments:detail", payment_id),
    )


@require_safe
def contract_part(request: PageRequest, contract_id: UUID) -> HttpResponse:
    """The part of a contract's page about its instalments and what was paid of them."""
    contract = agreements.contracts.fetch(actor=request.actor, pk=contract_id)
    payments = policy.payments.visible_to(request.actor).filter(contract=contract).order_by("created_at", "id")
    by_instalment: dict[UUID, list[Payment]] = {}
    for payment in payments:
        by_instalment.setdefault(payment.instalment_id, []).append(payment)
    may_pay = (
        request.actor.acts_for(contract.buyer_id)
        and request.actor.has_role(*policy.PAYERS)
        and contract.state in queries.PAYABLE
    )
    rows = [
        {
            "instalment": instalment,
            "payments": (mine := by_instalment.get(instalment.id, [])),
            "may_start": may_pay and not any(p.state in Payment.LIVE for p in mine),
            "form": StartForm(auto_id=f"id_start_{instalment.position}_%s"),
        }
        for instalment in contract.instalments.order_by("position")
    ]
    context: dict[str, Any] = {
        "contract": contract,
        "rows": rows,
        "received": journal.received(contract.id),
    }
    return render_page(request, "payments/contract_part.html", fragment="payments/_contract_part.html", **context)


def _detail(request: PageRequest, payment_id: UUID, refused: Refused | None = None) -> HttpResponse:
    row = policy.payments.fetch(
        actor=request.actor,
        pk=payment_id,
        related=("contract__seller__payee_account", "contract__buyer", "instalment", "proof"),
    )
    context: dict[str, Any] = {
        "row": row,
        "contract": row.contract,
        "steps": buttons(policy.payments, request.actor, row, refused=refused),
        "amount_in_words": rules.in_words(row.amount) if row.currency == "CNY" else "",
        "history": history_of(row, actor=request.actor),
        "refunds": row.refunds.order_by("requested_at", "id"),
        "disputes": row.disputes.order_by("opened_at", "id"),
        "direction": direction(request.actor, row.contract),
        "shows_account": row.rail == Rail.BANK_TRANSFER and policy.is_party(request.actor, row),
        "account": getattr(row.contract.seller, "payee_account", None),
        "pay_url": _pay_url(request, row),
        "has_returned": "returned" in request.GET,
        "is_waiting": row.rail == Rail.STRIPE and row.state in {Payment.State.CREATED, Payment.State.AWAITING_PAYMENT},
    }
    return render_page(request, "payments/detail.html", fragment="payments/_detail.html", **context)


def _pay_url(request: PageRequest, row: Payment) -> str:
    """The provider's page, for the payer alone and while it is open. A link: form-action need not know the provider."""
    is_open = row.checkout_expires_at is not None and row.checkout_expires_at > clock.now()
    is_payer = request.actor.acts_for(row.contract.buyer_id)
    return row.checkout_url if is_payer and is_open and row.state == Payment.State.AWAITING_PAYMENT else ""
