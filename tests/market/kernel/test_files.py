import io
import socketserver
import struct
import threading
import zlib
from collections.abc import Iterator

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from market.kernel import files, papers, virus_scan
from market.kernel.models import PrivateFile
from market.kernel.problems import ServiceUnavailable, TooLarge
from tests import scans
from tests.cast import MONDAY

pytestmark = pytest.mark.django_db
PDF = scans.pdf("seller")
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def keep(content: bytes, name: str = "scan.pdf", *, cast, **options) -> PrivateFile:
    return files.store(ContentFile(content, name), actor=cast.broker, at=MONDAY, **options)


def nothing_is_kept(settings) -> bool:
    return not PrivateFile.objects.exists() and not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def picture(form: str, size: tuple[int, int] = (40, 20), **options) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, "red").save(content, form, **options)
    return content.getvalue()


def place_of_a_phone(turned: bool = False) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[2] = (25.0, 53.0, 7.0)
    if turned:
        exif[papers.ORIENTATION] = 6
    return exif


def with_object(content: str, packed: bool = False) -> bytes:
    """The PDF with one more object before its end."""
    inner = zlib.compress(content.encode()).decode("latin-1") if packed else content
    kind = f"/Type /ObjStm /N 1 /First 0 /Filter /FlateDecode /Length {len(inner)}"
    added = f"9 0 obj\n<< {kind} >>\nstream\n{inner}\nendstream\nendobj\n" if packed else f"9 0 obj\n{inner}\nendobj\n"
    return PDF.replace(b"trailer", added.encode("latin-1") + b"trailer")


def test_the_same_bytes_lie_once_and_belong_to_each_uploader(cast, settings):
    first = keep(PDF, "a.pdf", cast=cast)
    second = files.store(ContentFile(PDF, "b.pdf"), actor=cast.enterprise_clerk, at=MONDAY)

    assert first.sha256 == second.sha256
    assert [path.name for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == [first.sha256]
    assert files.open_file(first).read() == PDF


def test_the_bytes_decide_what_a_file_is(cast, settings):
    with pytest.raises(files.FileRefused) as refused:
        keep(b"<script>alert(1)</script>", cast=cast)

    assert refused.value.data == {"accepted": ["application/pdf", "image/jpeg", "image/png"]}
    assert nothing_is_kept(settings)


def test_a_file_past_the_limit_leaves_nothing(cast, settings):
    with pytest.raises(TooLarge):
        keep(PDF, cast=cast, max_bytes=50)

    assert nothing_is_kept(settings)


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\x\\合同.pdf", "合同.pdf"), ("a\u202efdp.exe", "afdp.exe"), ("\x00", "file")],
)
def test_a_name_holds_no_path_and_no_tricks(name, kept):
    assert files.clean_name(name) == kept


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("付款回单.bat", "付款回单.pdf"),
        ("receipt.hta", "receipt.pdf"),
        ("receipt.pdf.exe", "receipt.pdf"),
        ("a\u202efdp.exe", "afdp.pdf"),
        ("index.html", "index.pdf"),
        ("合同 v1.2 终稿.PDF", "合同 v1.2 终稿.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("", "file.pdf"),
    ],
)
def test_a_name_ends_as_the_kind_that_was_found(cast, name, kept):
    assert keep(PDF, name, cast=cast).name == kept


def test_a_download_runs_in_no_browser(cast):
    response = files.response(keep(PDF, "合同.html", cast=cast))

    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Content-Disposition"].startswith("attachment")
    assert ".html" not in response["Content-Disposition"]


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_picture_is_kept_without_what_the_phone_wrote_and_without_what_stood_behind_it(cast, form):
    taken = picture(form, exif=place_of_a_phone(), icc_profile=b"profile") + b"<script>alert(1)</script>"

    kept = files.open_file(keep(taken, "photo", cast=cast)).read()

    assert b"PhoneMaker" in taken
    assert not [word for word in (b"PhoneMaker", b"profile", b"script") if word in kept]
    drawn = Image.open(io.BytesIO(kept))
    assert (drawn.format, drawn.size, dict(drawn.getexif())) == (form, (40, 20), {})
    assert drawn.convert("RGB").getpixel((5, 5))[0] > 250


def test_a_picture_taken_sideways_stands_upright(cast):
    kept = files.open_file(keep(picture("JPEG", exif=place_of_a_phone(turned=True)), cast=cast)).read()

    assert Image.open(io.BytesIO(kept)).size == (20, 40)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"%PDF-1.4\r\ncalc.exe\r\n", id="a PDF's first line alone"),
        pytest.param(b"%PDF-1.7\n" + EICAR, id="a virus behind it"),
        pytest.param(PDF[:300], id="half a PDF"),
        pytest.param(picture("PNG")[:60], id="half a picture"),
        pytest.param(picture("JPEG")[:200], id="half a photograph"),
        pytest.param(b"\xff\xd8\xff\xe0" + b"0" * 500, id="a photograph's head"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"0" * 500, id="a picture's head"),
    ],
)
def test_what_cannot_be_opened_as_its_kind_is_refused(cast, settings, content):
    with pytest.raises(papers.FileUnreadable):
        keep(content, cast=cast)

    assert nothing_is_kept(settings)


def test_a_picture_that_unpacks_to_more_than_memory_is_refused_by_its_head(cast, settings):
    head = struct.pack("!IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack("!I", 13)
        + chunk
        + struct.pack("!I", zlib.crc32(chunk))
        + picture("PNG")[33:]
    )

    with pytest.raises((papers.PictureTooLarge, papers.FileUnreadable)):
        keep(bomb, cast=cast)
    with pytest.raises(papers.PictureTooLarge):
        keep(picture("PNG", (10_000, 5_001)), cast=cast)

    assert nothing_is_kept(settings)


@pytest.mark.parametrize(
    "content",
    [
        "<< /S /JavaScript /JS (app.alert) >>",
        "<< /S /Launch /F (calc.exe) >>",
        "<< /S /#4aavaScript >>",
        "<< /Type /Filespec /EF 8 0 R /Names [/EmbeddedFiles] >>",
        "<< /XFA 8 0 R >>",
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_pdf_in_which_something_runs_is_refused(cast, settings, content, packed):
    with pytest.raises(papers.FileActive):
        keep(with_object(content, packed), cast=cast)

    assert nothing_is_kept(settings)


def test_words_about_scripts_are_no_script(cast):
    assert keep(with_object("(JavaScript /JSON)"), cast=cast).media_type == papers.PDF


def test_an_encrypted_pdf_is_refused_by_name(cast, settings):
    locked = PDF.replace(
        b"/Root 1 0 R",
        b"/Root 1 0 R /ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <"
        + b"41" * 32
        + b"> /U <"
        + b"42" * 32
        + b"> >>",
    )

    with pytest.raises(papers.FileEncrypted):
        keep(locked, cast=cast)

    assert nothing_is_kept(settings)


class Clamd(socketserver.ThreadingTCPServer):
    """The scanner's side of INSTREAM, which knows one virus."""

    allow_reuse_address = daemon_threads = True

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            assert self.rfile.read(10) == b"zINSTREAM\0"
            content = b""
            while size := struct.unpack("!I", self.rfile.read(4))[0]:
                content += self.rfile.read(size)
            verdict = self.server.verdict or (b"Eicar-Signature FOUND" if EICAR in content else b"OK")
            self.wfile.write(b"stream: " + verdict + b"\0")

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.verdict = b""


@pytest.fixture
def clamd(settings) -> Iterator[Clamd]:
    with Clamd() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        settings.CLAMD_URL = f"tcp://127.0.0.1:{server.server_address[1]}"
        yield server
        server.shutdown()


def test_what_the_scanner_knows_is_refused_and_the_rest_kept(cast, settings, clamd):
    infected = with_object(f"({EICAR.decode()})")

    with pytest.raises(virus_scan.FileInfected):
        keep(infected, cast=cast)
    assert nothing_is_kept(settings)
    assert keep(PDF, cast=cast).size_bytes == len(PDF)

    settings.CLAMD_URL = ""
    assert keep(infected, cast=cast).size_bytes == len(infected)


def test_nothing_is_kept_while_the_scanner_that_is_set_gives_no_verdict(cast, settings, clamd):
    clamd.verdict = b"size limit exceeded. ERROR"
    with pytest.raises(ServiceUnavailable):
        keep(PDF, cast=cast)

    settings.CLAMD_URL = "tcp://127.0.0.1:1"
    with pytest.raises(ServiceUnavailable):
        keep(PDF, cast=cast)

    assert nothing_is_kept(settings)
