"""What is fetched is kept whole, or not at all."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from deploy.local import downloads
from deploy.local.downloads import Unobtainable

CONTENT = b"0123456789" * 100_000


class Origin(BaseHTTPRequestHandler):
    """Gives the content whole under /whole, and breaks off in the middle under /half."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path in ("/whole", "/half") else 404)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT if self.path == "/whole" else CONTENT[: len(CONTENT) // 2])

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def origin() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_progress_ends_at_the_whole(origin, tmp_path):
    steps = []

    downloads.fetch(
        f"{origin}/whole",
        tmp_path / "file",
        hashlib.sha256(CONTENT).hexdigest(),
        lambda done, total: steps.append((done, total)),
    )

    assert (tmp_path / "file").read_bytes() == CONTENT
    assert steps[-1] == (len(CONTENT), len(CONTENT))


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/half", "the download failed"),
        ("/absent", "the download failed: HTTPError: 404"),
    ],
)
def test_a_download_that_breaks_off_is_refused(origin, tmp_path, path, reason):
    with pytest.raises(Unobtainable, match=reason):
        downloads.fetch(
            f"{origin}{path}", tmp_path / "file", hashlib.sha256(CONTENT).hexdigest(), lambda done, total: None
        )


def test_another_file_than_the_expected_is_refused(origin, tmp_path):
    with pytest.raises(Unobtainable, match=hashlib.sha256(CONTENT).hexdigest()):
        downloads.fetch(f"{origin}/whole", tmp_path / "file", "0" * 64, lambda done, total: None)


def test_what_could_not_be_made_leaves_nothing_and_is_tried_again(tmp_path, monkeypatch):
    monkeypatch.setenv("DOWNLOADS_DIR", str(tmp_path))
    (tmp_path / "unfinished-killed").mkdir()

    def fail(draft):
        (draft / "half").write_text("half")
        raise Unobtainable("away")

    def make(draft):
        (draft / "made").mkdir()
        return draft / "made"

    with pytest.raises(Unobtainable):
        downloads.kept("program", fail)
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]

    assert downloads.kept("program", make) == tmp_path / "program"
    assert downloads.kept("program", fail) == tmp_path / "program"
