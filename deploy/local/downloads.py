"""What is fetched once and kept for every checkout of this user."""

import fcntl
import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests
from maven_artifact import Artifact, Downloader

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Release:
    """A version of Elasticsearch, and the SHA-256 of its archive."""

    version: str
    sha256: str


# By line. 8 runs on the Java that comes with the project, 9 needs a whole one (deploy/local/java.py).
ELASTICSEARCH = {
    "8": Release("8.19.9", "6a0603db2b0406776dcf15df248294941f310e9183ca18a219bc8c6d57546ff0"),
    "9": Release("9.2.8", "db508f13489de1f46f1af9b487e1589071f34f5eb03a996b851a8bd67880f09b"),
}


class Unobtainable(Exception):
    """What was asked for is neither kept here nor to be had now; the message says why."""


def cache_folder() -> Path:
    if chosen := os.environ.get("DOWNLOADS_DIR"):
        return Path(chosen).resolve()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "technology-market"


def elasticsearch(line: str, progress: Progress) -> Path:
    """The unpacked Elasticsearch of a line, fetched from Maven Central on first use.

    `progress` is called with the bytes done and the bytes in all. Raises Unobtainable.
    """

    if line not in ELASTICSEARCH:
        raise Unobtainable(f"Elasticsearch has no line {line} here, but {' and '.join(ELASTICSEARCH)}")
    release = ELASTICSEARCH[line]

    def make(draft: Path) -> Path:
        archive = draft / "elasticsearch.zip"
        fetch(maven_address(release.version), archive, release.sha256, progress)
        unpack(archive, draft)
        return draft / f"elasticsearch-{release.version}"

    return kept(f"elasticsearch-{release.version}-{release.sha256[:12]}", make)


def kept(name: str, make: Callable[[Path], Path]) -> Path:
    """What is kept under this name; made on first use by `make` in a folder of its own, which goes in any case."""
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    home = folder / name
    with open(folder / "lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two checkouts starting for the first time fetch it once
        for unfinished in folder.glob("unfinished-*"):  # of a process that was killed
            shutil.rmtree(unfinished, ignore_errors=True)
        if not home.exists():
            with tempfile.TemporaryDirectory(dir=folder, prefix="unfinished-") as draft:
                make(Path(draft)).rename(home)  # the only step that others see
    return home


def maven_address(version: str) -> str:
    """Where the `maven-artifact` package finds Maven Central."""
    artifact = Artifact("org.elasticsearch.distribution.integ-test-zip", "elasticsearch", version, extension="zip")
    address: str = Downloader().resolver.uri_for_artifact(artifact)
    return address


def fetch(address: str, target: Path, sha256: str, progress: Progress) -> None:
    """Store what the address gives, if it is what is expected. Raises Unobtainable."""
    digest, done = hashlib.sha256(), 0
    try:
        with requests.get(address, stream=True, timeout=(10, 60)) as response, target.open("wb") as file:
            response.raise_for_status()
            total = int(response.headers.get("Content-Length", 0))
            for chunk in response.iter_content(1 << 18):
                file.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                progress(done, total)
    except OSError as error:  # requests' exceptions are OSErrors too
        raise Unobtainable(f"the download failed: {short(error)}") from error
    if digest.hexdigest() != sha256:
        raise Unobtainable(f"the download is not the file that is expected: SHA-256 {digest.hexdigest()}")


def short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def unpack(archive: Path, target: Path) -> None:
    """Unzip with the permissions that the archive records; Python's zipfile drops them."""
    with zipfile.ZipFile(archive) as content:
        for member in content.infolist():
            path = Path(content.extract(member, target))
            if mode := member.external_attr >> 16:
                path.chmod(mode & 0o777)
