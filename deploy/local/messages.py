"""python -m deploy.local.messages: compile each translation catalogue beside its source, without gettext."""

import os
from pathlib import Path

from deploy.local.state import PROJECT_DIR

# The folders of the house; the environment and the data folders hold catalogues of others.
FLOORS = ("market", "search", "listings", "matching", "contracts")


def catalogues(project: Path) -> list[Path]:
    return sorted(path for floor in FLOORS for path in (project / floor).glob("**/locale/*/LC_MESSAGES/django.po"))


def compile_catalogue(source: Path) -> bool:
    """Write django.mo beside django.po unless it is newer; whether it was written.

    Fuzzy entries are left out, so an unsure translation shows as the Chinese original.
    """
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
        return False
    # Only where there is something to compile: a deployment brings the compiled ones, and no compiler.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parents[1].name, abort_invalid=True)
    draft = target.with_suffix(f".{os.getpid()}.new")
    with draft.open("wb") as file:
        write_mo(file, catalogue)
    draft.replace(target)
    return True


def compile_all() -> str:
    """Compile what has changed in the whole house; how much that was, in words."""
    sources = catalogues(PROJECT_DIR)
    written = sum(compile_catalogue(source) for source in sources)
    return f"{written} of {len(sources)} catalogues compiled"


if __name__ == "__main__":
    print(compile_all())
