"""The contract's text as it is printed: all that was agreed, legible, on the page, and nothing drawn as a box."""

import io
import re
from collections.abc import Iterator
from itertools import pairwise

import pypdfium2
import pytest

from contracts.agreements import services
from contracts.agreements.problems import CharactersMissing
from market.accounts.models import Organisation
from market.kernel import files
from tests import story
from tests.cast import MONDAY
from tests.contracts.standing import refused

PATENT = {
    "title": "一种铜箔退火装置",
    "application_no": "201310699744.2",
    "patent_no": "ZL201310699744.2",
    "applicant": "江西示例大学",
    "patentee": "江西示例大学",
    "filed_on": "2013-12-17",
    "expires_on": "2033-12-17",
}
LICENSE = {
    "contract_type": "license",
    "subtype": "patent_license",
    "ip_type": "invention_patent",
    "license_mode": "exclusive",
    "patents": [PATENT],
}


def drawn(agreed, cast, **changes) -> pypdfium2.PdfDocument:
    contract = story.draft(agreed, **changes).contract
    row = services.finalise_contract(actor=cast.broker, contract_id=contract.id, version=None, at=MONDAY)
    return pypdfium2.PdfDocument(io.BytesIO(files.open_file(row.document).read()))


def text_of(document) -> str:
    """What stands on all pages, without the marks where a line may end."""
    pages = (page.get_textpage().get_text_bounded() for page in document)
    return re.sub(r"[\u200b\ufeff\ufffe\s]", "", "".join(pages))


def boxes(document) -> Iterator[tuple[int, float, float, tuple[float, float, float, float]]]:
    """Of each character that is seen its page, the page's size, and where it stands."""
    for number, page in enumerate(document):
        width, height = page.get_size()
        text = page.get_textpage()
        before = ("", (0.0, 0.0, 0.0, 0.0))
        for index in range(text.count_chars()):
            box = left, bottom, right, top = text.get_charbox(index)
            # Both letters of a ligature, such as a checksum's ff, have the box of its one glyph.
            letter, (former, place) = text.get_text_range(index, 1), before
            before = (letter, box)
            if box == place and {letter, former} <= set("fil"):
                continue
            # A mark where a line may end has the box of the letter before it.
            if right - left > 0.5 and top - bottom > 0.5 and letter != "\u200b":
                yield number, width, height, (left, bottom, right, top)


def overprinted(document) -> int:
    """How many pairs of characters lie over each other by more than half of the smaller one."""
    found, rows = 0, {}
    for number, _width, _height, box in boxes(document):
        rows.setdefault((number, round((box[1] + box[3]) / 16)), []).append(box)
    for row in rows.values():
        row.sort()
        for one, other in pairwise(row):
            across = min(one[2], other[2]) - max(one[0], other[0])
            down = min(one[3], other[3]) - max(one[1], other[1])
            found += across > 0.6 * min(one[2] - one[0], other[2] - other[0]) and down > 2
    return found


def is_on_the_page(document) -> bool:
    return all(
        left > 0 and right < width and bottom > 0 and top < height
        for _number, width, height, (left, bottom, right, top) in boxes(document)
    )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"applicant": "江西示例大学、赣州示例研究院有限责任公司、瑞金示例铜业股份有限公司", "title": "长" * 290},
        {"patentee": "Verylongcompanyname" * 10, "application_no": "201310699744.2"},
    ],
)
def test_the_seven_facts_of_a_patent_are_legible_whoever_owns_it(agreed, cast, changes):
    """H1: the title was printed one character a line, over the number."""
    patent = PATENT | changes

    document = drawn(agreed, cast, **LICENSE | {"patents": [patent, PATENT]})

    found = text_of(document)
    assert all(value in found for value in patent.values())
    assert (overprinted(document), is_on_the_page(document)) == (0, True)


def test_all_that_was_agreed_stands_in_the_text(agreed, cast):
    document = drawn(
        agreed,
        cast,
        **LICENSE,
        payment_method="royalty",
        royalty_terms="按净销售额的百分之三提成",
        signed_at_place="江西省瑞金市",
        is_related_party=True,
        socio_economic_objective="10",
        industry="C3251",
        risk_allocation="风险由双方共同承担。",
        definitions="标准铜指国际退火铜。",
        instalments=[],
    )

    found = text_of(document)
    for words in (
        *("独占许可", "专利实施许可", "提成支付", "按净销售额的百分之三提成", "江西省瑞金市", "关联交易是"),
        *("计划外", "发明专利", "社会经济目标", "国民经济行业", "风险由双方共同承担", "标准铜指国际退火铜"),
    ):
        assert words in found, words


def test_a_mode_that_nobody_agreed_is_said_to_be_ordinary_by_law(agreed, cast):
    assert "普通（未约定，视为普通许可）" in text_of(drawn(agreed, cast, **LICENSE | {"license_mode": None}))


def test_the_sections_are_numbered_without_a_gap_whichever_are_left_out(agreed, cast):
    found = text_of(drawn(agreed, cast, **LICENSE, liability="", disputes="提交赣州仲裁委员会仲裁。"))

    assert re.findall(
        r"([一二三四五六七八九十]+)、(?=标的|履行|技术信息|成果|验收|争议|涉及|非技|付款)", found
    ) == list("一二三四五六七八九")


@pytest.mark.parametrize("paragraphs", [0, 4, 8, 12, 16, 20])
def test_the_seal_and_its_date_stay_on_one_page(agreed, cast, paragraphs):
    document = drawn(agreed, cast, liability="\n".join(["逾期按日支付违约金。"] * (1 + paragraphs)))

    pages = [page.get_textpage().get_text_bounded() for page in document]
    sealed = [page for page in pages if "（盖章）" in page]
    assert len(sealed) == 1
    assert len(re.findall("日期：", sealed[0])) == 2


def test_long_words_in_every_place_stay_on_the_page(agreed, cast):
    """H3: a run of 300 letters left it."""
    word = "x" * 200
    document = drawn(
        agreed,
        cast,
        title=word,
        subject_matter="y" * 300,
        deductions=[{"kind": "equipment", "description": word, "amount": "300000.00", "carrier_amount": "80000.00"}],
        instalments=[{"amount": "1000000.00", "condition": "z" * 300}],
    )

    found = text_of(document)
    assert all(run in found for run in (word, "y" * 300, "z" * 300))
    assert (overprinted(document), is_on_the_page(document)) == (0, True)


def test_a_character_that_the_font_lacks_is_refused_by_name_before_anything_is_drawn(agreed, cast, api):
    """H2: two boxes stood in the buyer's name."""
    Organisation.objects.filter(pk=cast.enterprise.pk).update(name="江西𱖎𫰠新材料有限公司")
    row = story.draft(agreed).contract

    with refused(CharactersMissing) as found:
        services.finalise_contract(actor=cast.broker, contract_id=row.id, version=None, at=MONDAY)
    answer = api.as_(cast.broker).send("post", f"/contracts/{row.id}/finalise", version=1)

    assert found.value.data == {"characters": ["𱖎", "𫰠"]}
    assert (answer.status_code, answer.json()["code"]) == (409, "characters_missing")
    assert "𱖎（U+3158E）" in answer.json()["detail"]


def test_rare_characters_that_the_font_has_are_drawn(agreed, cast):
    Organisation.objects.filter(pk=cast.enterprise.pk).update(name="江西䶮㛃𬎆𰻞新材料有限公司")

    assert "江西䶮㛃𬎆𰻞新材料有限公司" in text_of(drawn(agreed, cast))
