"""Pages of a PDF as pictures, through PDFium, which bears one thread at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image
    from pypdfium2 import PdfDocument

MAX_PAGES = 300
_one_thread = threading.Lock()


class PdfUnreadable(Exception):
    """The file is no PDF that can be opened, asks for a password, or has no page or too many."""


@contextmanager
def opened(source: "Path | IO[bytes]") -> Iterator["PdfDocument"]:
    """The document, for this thread alone; raises PdfUnreadable."""
    import pypdfium2

    with _one_thread:
        try:
            document = pypdfium2.PdfDocument(source)
        except pypdfium2.PdfiumError as error:
            raise PdfUnreadable from error
        try:
            if not 0 < len(document) <= MAX_PAGES:
                raise PdfUnreadable
            yield document
        except pypdfium2.PdfiumError as error:
            raise PdfUnreadable from error
        finally:
            document.close()


def page_picture(document: "PdfDocument", number: int, *, longest: int) -> "Image.Image":
    """Page `number`, from 1, as RGB with `longest` pixels on its longer side."""
    page = document[number - 1]
    width, height = page.get_size()
    picture: Image.Image = page.render(scale=longest / max(width, height, 1)).to_pil()
    return picture.convert("RGB")
