"""A market with a few contracts, its evidence, and the verifier run on it as an auditor would."""

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from contracts.turnover import evidence, verify_turnover
from market.kernel import clock
from market.kernel.chain import heads
from market.kernel.models import ChainHead

VERIFIER = Path(verify_turnover.__file__)
KEY = "a-key-of-the-tests-that-signs-nothing-else"


@dataclass(frozen=True)
class Verdict:
    """What the verifier said: its exit code, its findings, everything it printed."""

    code: int
    findings: list[dict[str, Any]]
    output: str

    @property
    def codes(self) -> set[str]:
        return {found["code"] for found in self.findings}

    def names(self, source: str, row: object, field: str) -> bool:
        """Whether a finding is of this row and field."""
        return any(
            (found["source"], found["row"], found["field"]) == (source, str(row), field) for found in self.findings
        )


def verify(bundle: Path, *options: object, python: str = sys.executable) -> Verdict:
    """Run the verifier in a process of its own, isolated: no package, no path, no environment."""
    words = [python, "-I", str(VERIFIER), str(bundle), *map(str, options), "--json"]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert ran.returncode in {0, 1, 2}, ran.stderr
    findings = json.loads(ran.stdout.splitlines()[-1])["findings"] if ran.returncode < 2 else []
    return Verdict(ran.returncode, findings, ran.stdout + ran.stderr)


def export(path: Path) -> Path:
    with path.open("w", encoding="utf-8") as target:
        evidence.write_evidence(target, at=clock.now())
    return path


def keep_heads(path: Path, newest: int = 5) -> Path:
    """What another organisation has kept by now, of the newest."""
    rows = sorted(ChainHead.objects.order_by("-seq")[:newest], key=lambda head: head.seq)
    path.write_text("".join(json.dumps(heads.as_dict(row)) + "\n" for row in rows))
    return path


@contextmanager
def superuser() -> Any:
    """The database's superuser with every trigger off, as no service can be."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor


def change(table: str, key: str, row: object, values: Mapping[str, str]) -> None:
    """Set columns of one row to the values of SQL expressions."""
    texts = ", ".join(f"{name} = {value}" for name, value in values.items())
    with superuser() as cursor:
        cursor.execute(f"UPDATE {table} SET {texts} WHERE {key}::text = %s", [str(row)])  # noqa: S608
        assert cursor.rowcount == 1
