"""Which encoding the bytes of a file are in: tried strictly, in a fixed order, never guessed by a replacement.

A byte order mark decides; then UTF-8; then UTF-16 by its zero bytes; then GB18030 and Big5, of which each reads much of
the other: the one whose characters are those that people write is taken, and where neither is plausible, none.
"""

import codecs
from typing import IO

from django.utils.translation import gettext_lazy as _

from market.kernel.problems import Problem

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
SAMPLE_BYTES = 4_000_000
PLAUSIBLE = 0.9


class EncodingUnknown(Problem):
    """The bytes are in none of the encodings that are read."""

    status = 422
    code = "encoding_unknown"
    title = _("无法识别文件编码，请另存为 UTF-8 后重试")


def encoding_of(content: IO[bytes]) -> str:
    """The encoding of a file, which is left at its beginning. Raises EncodingUnknown."""
    sample = content.read(SAMPLE_BYTES)
    content.seek(0)
    if len(sample) == SAMPLE_BYTES:
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    for mark, name in MARKS:
        if sample.startswith(mark):
            return name
    if b"\x00" in sample[:200]:
        even, odd = sample[0:200:2].count(0), sample[1:200:2].count(0)
        name = "utf-16-le" if odd > even else "utf-16-be"
        if reads(sample, name):
            return name
        raise EncodingUnknown
    if reads(sample, "utf-8") or _is_mostly(sample, "utf-8"):
        return "utf-8"
    shares = {name: _share(sample, name) for name in ("gb18030", "big5") if reads(sample, name)}
    best = max(shares, key=lambda name: shares[name], default="")
    if not best or shares[best] < PLAUSIBLE:
        raise EncodingUnknown
    return best


def reads(sample: bytes, encoding: str) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_mostly(sample: bytes, encoding: str) -> bool:
    """Whether most lines that are not plain ASCII read: then the others are the bad ones, refused by their number."""
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    return sum(reads(line, encoding) for line in lines) * 2 > len(lines)


def _share(sample: bytes, encoding: str) -> float:
    """Of the pairs of bytes, those that stand for characters and marks in common use in the encoding."""
    common = count = place = 0
    while place < len(sample):
        if sample[place] < 0x80:
            place += 1
            continue
        width = 4 if encoding == "gb18030" and 0x30 <= sample[place + 1] <= 0x39 else 2
        lead, trail = sample[place], sample[place + 1]
        count += 1
        if encoding == "gb18030":
            common += width == 2 and trail >= 0xA1 and (lead in {0xA1, 0xA3} or 0xB0 <= lead <= 0xF7)
        else:
            common += 0xA1 <= lead <= 0xC6
        place += width
    return common / count if count else 1.0
