"""docs/public-reports.md names a test that exists for each fault that other systems had."""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "public-reports.md"
NODE = re.compile(r"(tests/[\w/]+\.py)::(\w+)")


def rows() -> dict[str, list[tuple[str, str]]]:
    """The tests of each case: path and function."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"\| ([A-Z]\d+) \| (.+) \|", line):
            assert match[1] not in found, f"{match[1]} stands twice"
            found[match[1]] = NODE.findall(match[2])
    return found


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_that_the_table_names_exists():
    missing = [
        f"{case}: {path}::{name}"
        for case, tests in rows().items()
        for path, name in tests
        if not (ROOT / path).is_file() or name not in functions(ROOT / path)
    ]

    assert missing == []
    assert [case for case, tests in rows().items() if not tests] == []


@pytest.mark.shared
def test_every_case_has_its_row(shared):
    lines = (shared / "cases" / "public-reports.jsonl").read_text(encoding="utf-8").splitlines()

    assert {json.loads(line)["id"] for line in lines} - rows().keys() == set()
