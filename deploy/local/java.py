"""python -m deploy.local.java: where a whole Java development kit of 21 or later is; exits with 1 where there is none.

Elasticsearch 9 asks for the modules `jdk.jlink` and `jdk.jdi`, which the reduced Java of a wheel leaves out.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

LEAST = 21
NEEDED = frozenset({"jdk.jlink", "jdk.jdi"})
INSTALLED = Path("/usr/lib/jvm")


def whole() -> Path | None:
    """The home of a whole Java: that of JAVA_HOME, or the newest of the installed ones."""
    given = os.environ.get("JAVA_HOME", "")
    if given and is_whole(Path(given)):
        return Path(given)
    homes = [home for home in _installed() if is_whole(home)]
    return max(homes, key=lambda home: (version(home), str(home)), default=None)


def is_whole(home: Path) -> bool:
    return version(home) >= LEAST and set(_said(home, "MODULES").split()) >= NEEDED


def version(home: Path) -> int:
    """Of the first number of `JAVA_VERSION`; 0 where nothing is said."""
    found = re.match(r"\d+", _said(home, "JAVA_VERSION"))
    return int(found.group()) if found else 0


def _installed() -> Iterator[Path]:
    if INSTALLED.is_dir():
        yield from sorted(path for path in INSTALLED.iterdir() if path.is_dir())


def _said(home: Path, name: str) -> str:
    """What the file `release` of a Java says, without its quotes."""
    file = home / "release"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    found = re.search(rf'^{name}="([^"]*)"', text, re.MULTILINE)
    return found.group(1) if found else ""


def main() -> int:
    home = whole()
    if home is None:
        print(f"no Java development kit of {LEAST} or later in JAVA_HOME or {INSTALLED}", file=sys.stderr)
        return 1
    print(home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
