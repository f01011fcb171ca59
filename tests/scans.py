"""Scans as a party hands them in: small real PDFs with something to see on each page; and where kept files lie."""

from pathlib import Path

from market.kernel import files


def path_of(sha256: str) -> Path:
    """The file in the folder of private files, to damage it."""
    return Path(files.storage().path(files.storage_name(sha256)))


def pdf(mark: str, pages: int = 2) -> bytes:
    """A PDF of so many A4 pages, each with a red frame and the mark, so that different marks are different papers."""
    kids = " ".join(f"{4 + 2 * page} 0 R" for page in range(pages))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for page in range(pages):
        drawn = f"0.8 0.1 0.1 RG 8 w 330 90 150 150 re S BT /F1 26 Tf 90 700 Td ({mark} {page + 1}) Tj ET"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * page} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>",
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        ]
    body, places = "%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("ascii")
