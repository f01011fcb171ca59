"""Files as other programs write them: read in their own encoding, or refused by name, never as other characters."""

import io
import json

import pytest

from listings.imports.encodings import EncodingUnknown, encoding_of
from listings.imports.services import read_lines

SIMPLIFIED = [{"id": "1", "title": "铜箔退火工艺"}, {"id": "2", "title": "脐橙保鲜膜，适合瑞金；温度 25℃"}]
TRADITIONAL = [{"id": "1", "title": "銅箔退火工藝"}, {"id": "2", "title": "臍橙保鮮膜，適合瑞金"}]


def written(rows: list[dict[str, str]], encoding: str) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\r\n" for row in rows).encode(encoding)


@pytest.mark.parametrize(
    ("rows", "encoding", "found"),
    [
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8-sig"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (SIMPLIFIED[:1], "gb18030", "gb18030"),
        (SIMPLIFIED, "utf-16", "utf-16"),
        (SIMPLIFIED, "utf-16-le", "utf-16-le"),
        (SIMPLIFIED, "utf-16-be", "utf-16-be"),
        (SIMPLIFIED, "utf-32", "utf-32"),
        (TRADITIONAL, "big5", "big5"),
        (TRADITIONAL[:1], "big5", "big5"),
    ],
)
def test_a_file_is_read_in_its_own_encoding(rows, encoding, found):
    content = io.BytesIO(written(rows, encoding))

    assert encoding_of(content) == found
    assert [json.loads(line) for line in read_lines(content, found)] == rows


@pytest.mark.parametrize(
    "content",
    ["銅箔の焼鈍方法をテストする".encode("shift_jis"), b"\x89PNG\r\n\x1a\n\x00\x00\x00", b"\xff\xfe\xfd\xfc\xfb" * 9],
)
def test_bytes_of_no_encoding_that_is_read_are_refused_by_name(content):
    with pytest.raises(EncodingUnknown):
        list(read_lines(io.BytesIO(content), encoding_of(io.BytesIO(content))))


def test_one_line_of_other_bytes_among_many_is_one_bad_line():
    content = written(SIMPLIFIED * 3, "utf-8") + '{"title": "铜"}'.encode("gb18030")

    assert encoding_of(io.BytesIO(content)) == "utf-8"
