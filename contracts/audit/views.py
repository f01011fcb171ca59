"""The auditor's desk, and the proof for one entry."""

import json
from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from contracts.audit import queries, services
from contracts.turnover import queries as turnover
from contracts.turnover import verify_turnover
from market.kernel import clock, files
from market.pages.rendering import PageRequest, render_page


@require_safe
def desk(request: PageRequest) -> HttpResponse:
    """How long the chain is, what is signed, and how to check it without us."""
    return render_page(request, "audit/desk.html", **queries.desk(actor=request.actor))


@require_POST
def make_evidence(request: PageRequest) -> HttpResponse:
    services.start_evidence(actor=request.actor, at=clock.now())
    messages.success(request, _("已开始生成证据包"))
    return redirect("audit:desk")


@require_safe
def evidence(request: PageRequest, evidence_id: UUID) -> FileResponse:
    return files.response(queries.evidence_file(actor=request.actor, evidence_id=evidence_id))


@require_safe
def verifier(request: PageRequest) -> HttpResponse:
    """The one-file verifier itself, for everybody; an auditor compares it with the published source."""
    source = Path(verify_turnover.__file__).read_bytes()
    return _download(source, "verify_turnover.py", "text/x-python; charset=utf-8")


@require_safe
def entry_part(request: PageRequest, entry_id: int) -> HttpResponse:
    """Beside an entry: its proof."""
    entry = turnover.entry(actor=request.actor, entry_id=entry_id)
    return render_page(request, "audit/entry_part.html", fragment="audit/_entry_part.html", entry=entry)


@require_safe
def entry_proof(request: PageRequest, entry_id: int) -> HttpResponse:
    """A file that shows the entry to be under the newest signed head, and nothing of any other entry."""
    proof = queries.entry_proof(actor=request.actor, entry_id=entry_id)
    return _download(
        json.dumps(proof, ensure_ascii=False).encode() + b"\n", f"proof-{entry_id}.json", "application/json"
    )


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
