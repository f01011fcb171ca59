"""python -m deploy.local.chromium: have the browser that the browser tests drive."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A browser without a Chinese font shows boxes, and measures them.
PACKAGES = ("chromium", "fonts-noto-cjk")


def path() -> str | None:
    """The browser of this machine that starts; CHROMIUM chooses another."""
    candidates = [os.environ.get("CHROMIUM") or "", *NAMES]
    found = (shutil.which(name) for name in candidates if name)
    return next((program for program in found if program and starts(program)), None)


def starts(program: str) -> bool:
    """Some systems install a stand-in under the browser's name that only says where to get it."""
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def install() -> None:
    """Debian's package, where this user may install one."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", *PACKAGES]):
        if subprocess.run(["apt-get", *words], env=environment, stdout=sys.stderr, check=False).returncode != 0:
            return


def main() -> int:
    """Exit code 0 with a browser, or without one outside CI, where the browser tests are skipped."""
    if path() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Chromium is installed for the browser tests.", file=sys.stderr)
        install()
    if path() is not None:
        return 0
    print("Chromium is missing and cannot be installed here: the browser tests are skipped.", file=sys.stderr)
    print(f"On Debian: apt-get install {' '.join(PACKAGES)}; elsewhere name one in CHROMIUM.", file=sys.stderr)
    return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
