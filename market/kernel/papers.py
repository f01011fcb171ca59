"""What an upload is, found by opening it: pictures are drawn anew without metadata, a PDF is looked through.

The libraries that open it are imported by the first upload: every room that keeps files imports this one.
"""

import re
import zlib
from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from market.kernel.problems import Problem

PDF, JPEG, PNG, DATA = "application/pdf", "image/jpeg", "image/png", "application/octet-stream"
EXTENSIONS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}
MAX_PIXELS = 50_000_000  # an A3 page at 400 dots per inch has 31 million
UNPACKED_BYTES = 64 * 1024 * 1024  # of a PDF's packed objects, in which a script could hide
HEAD_BYTES = 8192
ORIENTATION, JPEG_QUALITY = 0x0112, 92

# Names of what a reader would run or unpack; `#xx` spells a letter of a name.
ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)(?![A-Za-z0-9])")
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
PACKED = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.DOTALL)


class FileRefused(Problem):
    """The bytes are not of an accepted kind."""

    status = 422
    code = "file_refused"
    title = _("不接受该类型的文件")
    fields = ("accepted",)


class FileUnreadable(Problem):
    """The file claims a kind and cannot be opened as one."""

    status = 422
    code = "file_unreadable"
    title = _("文件无法打开，可能已损坏或不完整")


class FileEncrypted(Problem):
    status = 422
    code = "file_encrypted"
    title = _("不接受加密的 PDF，请去除密码后再上传")


class FileActive(Problem):
    """A PDF with a script, an attachment or a program to start."""

    status = 422
    code = "file_active"
    title = _("不接受含脚本、附件或可执行内容的 PDF")


class PictureTooLarge(Problem):
    status = 422
    code = "picture_too_large"
    title = _("图片的像素数超过允许的范围")
    fields = ("limit_pixels",)


def media_type_of(path: Path) -> str:
    """The kind that the first bytes claim; DATA where they claim none."""
    import filetype

    with path.open("rb") as content:
        kind = filetype.guess(content.read(HEAD_BYTES))
    return str(kind.mime) if kind is not None else DATA


def clean(path: Path, media_type: str) -> None:
    """Open the file as its kind and leave in its place what is safe to hand on.

    Raises FileUnreadable, PictureTooLarge, FileEncrypted, FileActive. Kinds that nobody opens are left as they are.
    """
    cleaner: Callable[[Path], None] | None = CLEANERS.get(media_type)
    if cleaner is not None:
        cleaner(path)


def draw_anew(path: Path, form: str) -> None:
    """The picture alone: no position, no camera, no thumbnail, and nothing that stood behind it."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path, formats=[form]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise PictureTooLarge(limit_pixels=MAX_PIXELS)
            picture.load()
            is_as_taken = picture.getexif().get(ORIENTATION, 1) == 1 and picture.format == form
            drawn = picture if is_as_taken else ImageOps.exif_transpose(picture)
            drawn.info = {name: value for name, value in drawn.info.items() if name == "transparency"}
            options = {"quality": "keep" if is_as_taken else JPEG_QUALITY} if form == "JPEG" else {}
            drawn.save(path, form, **options)
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError, zlib.error) as error:
        raise FileUnreadable from error


def look_through(path: Path) -> None:
    """A PDF that opens without a password and in which nothing runs."""
    import pypdfium2.raw as pdfium

    from market.kernel import pdf

    try:
        with pdf.opened(path) as document:
            is_encrypted = pdfium.FPDF_GetSecurityHandlerRevision(document) != -1
            runs = pdfium.FPDFDoc_GetJavaScriptActionCount(document) > 0
            holds_files = pdfium.FPDFDoc_GetAttachmentCount(document) > 0
    except pdf.PdfUnreadable as error:
        wants_password = getattr(error.__cause__, "err_code", None) == pdfium.FPDF_ERR_PASSWORD
        raise (FileEncrypted if wants_password else FileUnreadable) from error
    if is_encrypted:
        raise FileEncrypted
    if runs or holds_files or is_active(path.read_bytes()):
        raise FileActive


def is_active(content: bytes) -> bool:
    """Whether a PDF names an action, in its plain objects or in its packed ones."""
    left = UNPACKED_BYTES
    parts = [content]
    for start in PACKED.finditer(content):
        unpacker = zlib.decompressobj()
        try:
            parts.append(unpacker.decompress(content[start.end() :], left))
        except zlib.error:
            continue
        left -= len(parts[-1])
        if left <= 0:
            return True  # nobody packs so much around a scan
    return any(ACTIVE.search(ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), part)) for part in parts)


CLEANERS: dict[str, Callable[[Path], None]] = {
    PDF: look_through,
    JPEG: lambda path: draw_anew(path, "JPEG"),
    PNG: lambda path: draw_anew(path, "PNG"),
}
