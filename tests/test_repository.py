"""What may be in this repository: small files, vendored code with its hash and licence, no place of one machine."""

import hashlib
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "market" / "pages" / "static" / "vendor"
WRITTEN = {".py", ".html", ".md", ".toml", ".css", ".js", ".sh"}
MOST_LINES = 400
# One file by its purpose: an auditor reads it top to bottom and needs no other. Its own bound is that of its issue.
MOST_LINES_OF = {"contracts/turnover/verify_turnover.py": 500}
MOST_BYTES = 20 * 1024 * 1024
# Folders of a machine, and hosts that only uv.lock may name.
PLACES = re.compile(
    r"(?<![\w.])/(?:work|root|home)/|py" r"pi\.org|pythonhos" r"ted|registry\.np" r"mjs|repo1\.ma" r"ven"
)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def is_ours(path: Path) -> bool:
    return path.suffix in WRITTEN and VENDOR not in path.parents and "migrations" not in path.parts


def test_files_are_short_and_the_whole_is_small():
    files = tracked()
    names = {path: path.relative_to(ROOT).as_posix() for path in files if is_ours(path)}
    long = {name: lines for path, name in names.items() if (lines := count(path)) > MOST_LINES_OF.get(name, MOST_LINES)}

    assert long == {}
    assert sum(path.stat().st_size for path in files) <= MOST_BYTES


def count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_file_names_a_place_of_one_machine():
    named = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.name != "uv.lock" and PLACES.search(path.read_bytes().decode("utf-8", "replace"))
    ]

    assert named == []


def test_the_lock_names_one_index():
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    sources = {package["source"].get("registry") for package in lock["package"] if "virtual" not in package["source"]}

    assert len(sources) == 1


def vendored() -> dict[str, str]:
    """File name → SHA-256, from the table beside the files."""
    text = (VENDOR / "VENDORED.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `?([\w.-]+)`? \|.*?([0-9a-f]{64})", text, flags=re.M))


@pytest.mark.parametrize("name", sorted(vendored()))
def test_a_vendored_file_is_what_was_vendored(name):
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == vendored()[name]


def test_every_vendored_file_has_its_hash_and_its_licence():
    files = {path.name for path in VENDOR.iterdir()}
    licences = {name for name in files if "LICENSE" in name}

    assert files - licences - {"VENDORED.md"} == vendored().keys()
    assert {name.split(".")[0] for name in vendored()} == {name.split(".")[0] for name in licences}
