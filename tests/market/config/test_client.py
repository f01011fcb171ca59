"""A client made from the served document by a program that knows nothing else of us."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from contracts.agreements.models import TechnologyContract
from market.accounts import services as accounts
from market.kernel import clock
from tests import story

# What an API's file is, the generator must be told: it knows application/octet-stream alone.
OPTIONS = """post_hooks: []
project_name_override: market_client
package_name_override: market_client
content_type_overrides:
  application/pdf: application/octet-stream
  application/jsonl: application/octet-stream
  application/vnd.openxmlformats-officedocument.spreadsheetml.sheet: application/octet-stream
  text/csv: application/octet-stream
"""


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The package, and what the generator said while it made it."""
    from django.test import Client

    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_bytes(Client().get("/api/v1/openapi.json").content)
    (folder / "options.yml").write_text(OPTIONS)
    words = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    words += ["--path", "openapi.json", "--config", "options.yml", "--output-path", "market_client"]
    made = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder, made.stdout


@pytest.fixture
def client_of(_one_connection: None, generated: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(generated[0]))
    return importlib.import_module("market_client")


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """The requests are answered in the transaction of the test, as those of Django's own client are."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def part(name: str) -> Any:
    return importlib.import_module(f"market_client.{name}")


def test_nothing_of_the_document_is_left_out_of_the_client(generated):
    assert "WARNING" not in generated[1]
    assert "Unable to" not in generated[1]


def test_a_generated_client_drafts_a_contract_changes_it_and_downloads_its_pdf(cast, client_of):
    deal = story.agree(story.open_deal(story.publish(cast))).deal
    scopes = ["deals:read", "deals:write", "contracts:read", "contracts:write"]
    _key, token = accounts.issue_api_key(
        actor=cast.university_clerk,
        name="生成的客户端",
        roles=["clerk"],
        scopes=scopes,
        expires_at=None,
        at=clock.now(),
    )
    models = part("models")
    values = {
        name: str(value) if name.endswith(("amount", "valid_from", "valid_until")) else value
        for name, value in story.CONTRACT.items()
    } | {"deal_id": str(deal.id)}
    with httpx.Client(
        transport=httpx.WSGITransport(app=get_wsgi_application()),
        base_url="http://localhost/",
        headers={"Authorization": f"Bearer {token}"},
    ) as wire:
        client = client_of.AuthenticatedClient(base_url="http://localhost", token=token).set_httpx_client(wire)

        made = part("api.contracts.contracts_draft").sync_detailed(
            client=client, body=models.ContractDraftIn.from_dict(values), idempotency_key="draft-1"
        )
        assert made.status_code == 201, made.content
        changed = part("api.contracts.contracts_update").sync_detailed(
            made.parsed.id,
            client=client,
            body=models.ContractIn.from_dict(
                {name: value for name, value in values.items() if name != "deal_id"} | {"title": "由客户端改过的标题"}
            ),
            if_match=made.headers["ETag"],
        )
        assert changed.status_code == 200, changed.content
        final = part("api.contracts.contracts_finalise").sync_detailed(
            made.parsed.id, client=client, if_match=changed.headers["ETag"]
        )
        assert final.status_code == 200, final.content
        text = part("api.contracts.contracts_get_document").sync(made.parsed.id, client=client)

    row = TechnologyContract.objects.get()
    assert (row.title, str(row.id)) == ("由客户端改过的标题", str(made.parsed.id))
    assert text.payload.read().startswith(b"%PDF-")
