"""Scans of sealed contracts: opened, counted, told from a blank sheet, and shown page by page."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import caches
from django.http import HttpResponse

from contracts.agreements.problems import ScanRefused, ScanUnlike
from market.kernel import files, pdf
from market.kernel.models import PrivateFile
from market.kernel.problems import NotFound

if TYPE_CHECKING:
    from PIL import Image

PDF = "application/pdf"
EXAMINED_PX, SHOWN_PX = 600, 1200
SHORTEST_PX = 400  # a seal of 40 mm on a sheet of that width is still legible
INK = 48  # levels of 255 by which a pixel must differ from the paper
INKED_SHARE = 0.0005  # of the sheet: about a word of text


@dataclass(frozen=True, slots=True)
class Scan:
    """What the pages of a file show: a fingerprint of each that bears anything."""

    pages: tuple[str, ...]


def examine(file: PrivateFile) -> Scan:
    """Open the file and look at every page; raises ScanRefused for one that cannot be read or shows nothing."""
    scan = Scan(tuple(_fingerprint(picture) for picture in _pictures(file) if _is_inked(picture)))
    if not scan.pages:
        raise ScanRefused(reason=ScanRefused.Reason.BLANK)
    return scan


def fingerprints(file: PrivateFile) -> Scan | None:
    """As `examine`, for a file that was kept before scans were examined; None where it shows nothing."""
    try:
        return examine(file)
    except ScanRefused:
        return None


def require_own(scan: Scan, *, text: Scan, other: Scan | None) -> None:
    """Raise ScanRefused where the pages are those of the other party's scan, or of the text without any seal."""
    if other is not None and scan.pages == other.pages:
        raise ScanRefused(reason=ScanRefused.Reason.SAME_AS_OTHER_SIDE)
    if set(scan.pages) <= set(text.pages):
        raise ScanRefused(reason=ScanRefused.Reason.NOT_SEALED)


def require_complete(scan: Scan, *, text: Scan, note: str) -> None:
    """Raise ScanUnlike unless the scan has as many pages as the text or the signer says why not."""
    if len(scan.pages) != len(text.pages) and not note.strip():
        raise ScanUnlike(pages=len(scan.pages), expected=len(text.pages))


def page_count(file: PrivateFile) -> int:
    """How many pages can be shown; none of a file that cannot be opened."""
    if file.media_type != PDF:
        return 1
    try:
        with files.open_file(file) as source, pdf.opened(source) as document:
            return len(document)
    except (pdf.PdfUnreadable, OSError):
        return 0


def page_response(file: PrivateFile, number: int) -> HttpResponse:
    """A page as a picture, for a caller whom the subject's policy let through; raises NotFound."""
    drawn, key = caches["drawn_pages"], f"{file.sha256}-{number}-{SHOWN_PX}"
    content = drawn.get(key)
    if content is None:
        content = _drawn(file, number)
        drawn.set(key, content)
    answer = HttpResponse(content, content_type="image/png")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _drawn(file: PrivateFile, number: int) -> bytes:
    content = io.BytesIO()
    try:
        _page(file, number).save(content, "PNG")
    except (pdf.PdfUnreadable, OSError) as error:
        raise NotFound from error
    return content.getvalue()


def _page(file: PrivateFile, number: int) -> "Image.Image":
    from PIL import Image

    if file.media_type == PDF:
        with files.open_file(file) as source, pdf.opened(source) as document:
            if not 1 <= number <= len(document):
                raise NotFound
            return pdf.page_picture(document, number, longest=SHOWN_PX)
    if number != 1:
        raise NotFound
    with files.open_file(file) as source, Image.open(source) as opened:
        return _reduced(opened, SHOWN_PX)


def _pictures(file: PrivateFile) -> Iterator["Image.Image"]:
    from PIL import Image, UnidentifiedImageError

    try:
        if file.media_type == PDF:
            with files.open_file(file) as source, pdf.opened(source) as document:
                for number in range(1, len(document) + 1):
                    yield pdf.page_picture(document, number, longest=EXAMINED_PX)
            return
        with files.open_file(file) as source, Image.open(source) as opened:
            if min(opened.size) < SHORTEST_PX:
                raise ScanRefused(reason=ScanRefused.Reason.TOO_SMALL)
            yield _reduced(opened, EXAMINED_PX)
    except (pdf.PdfUnreadable, UnidentifiedImageError, Image.DecompressionBombError, OSError) as error:
        raise ScanRefused(reason=ScanRefused.Reason.UNREADABLE) from error


def _reduced(picture: "Image.Image", longest: int) -> "Image.Image":
    picture.draft("RGB", (longest, longest))
    reduced = picture.convert("RGB")
    reduced.thumbnail((longest, longest))
    return reduced


def _is_inked(picture: "Image.Image") -> bool:
    """Whether enough of the sheet differs from its paper, whatever the paper's shade."""
    levels = picture.convert("L").histogram()
    paper = max(range(256), key=levels.__getitem__)
    inked = sum(count for level, count in enumerate(levels) if abs(level - paper) > INK)
    return inked >= INKED_SHARE * picture.width * picture.height


def _fingerprint(picture: "Image.Image") -> str:
    return hashlib.sha256(f"{picture.size}".encode() + picture.tobytes()).hexdigest()
