"""What is fetched once and kept for every checkout of this user."""

import fcntl
import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

Progress = Callable[[int, int], None]

ELASTICSEARCH_VERSION = "8.19.9"
ELASTICSEARCH_SHA256 = "6a0603db2b0406776dcf15df248294941f310e9183ca18a219bc8c6d57546ff0"


class Unobtainable(Exception):
    """What was asked for is neither kept here nor to be had now; the message says why."""


def cache_folder() -> Path:
    if chosen := os.environ.get("DOWNLOADS_DIR"):
        return Path(chosen).resolve()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "technology-market"


def elasticsearch(progress: Progress) -> Path:
    """The unpacked Elasticsearch, fetched from Maven Central on first use.

    `progress` is called with the bytes done and the bytes in all. Raises Unobtainable.
    """
    folder = cache_folder()
    home = folder / f"elasticsearch-{ELASTICSEARCH_VERSION}-{ELASTICSEARCH_SHA256[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two checkouts starting for the first time fetch it once
        if not home.exists():
            # Everything happens in a folder of its own; the rename at the end is the only visible step.
            with tempfile.TemporaryDirectory(dir=folder, prefix="unfinished-") as draft:
                archive = Path(draft) / "elasticsearch.zip"
                fetch_from_maven(archive, progress)
                unpack(archive, Path(draft))
                (Path(draft) / f"elasticsearch-{ELASTICSEARCH_VERSION}").rename(home)
        remove_unfinished(folder)
    return home


def fetch_from_maven(archive: Path, progress: Progress) -> None:
    from maven_artifact import Artifact, Downloader  # slow to import, and of no use once the archive is kept

    artifact = Artifact(
        "org.elasticsearch.distribution.integ-test-zip", "elasticsearch", ELASTICSEARCH_VERSION, extension="zip"
    )
    repository = Downloader()
    digest, done = hashlib.sha256(), 0
    try:
        address = repository.resolver.uri_for_artifact(artifact)
        with repository.requestor.request(address, None, stream=True, timeout=(10, 60)) as response:
            total = int(response.headers.get("Content-Length", 0))
            with archive.open("wb") as file:
                for chunk in response.iter_content(1 << 18):
                    file.write(chunk)
                    digest.update(chunk)
                    done += len(chunk)
                    progress(done, total)
    except OSError as error:  # requests' exceptions are OSErrors
        raise Unobtainable(f"the download failed: {short(error)}") from error
    if digest.hexdigest() != ELASTICSEARCH_SHA256:
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


def remove_unfinished(folder: Path) -> None:
    """What a killed download left behind."""
    for path in folder.glob("unfinished-*"):
        shutil.rmtree(path, ignore_errors=True)
