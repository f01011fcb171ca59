"""Text into tokens: what each is, and where it stands in the original."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.analysis import folding, text

WRITING = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("铜合金電線著锂电池座标Ａ１ﬁ㎏½Å10kV99.9%≥-、。 \n\u200b\ufeff\U0002000b,℃°C³⁻^+#/γ〇カ⻋"),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("written", "tokens"),
    [
        ("铜合金", ["铜合", "合金"]),
        ("銅合金", ["铜合", "合金"]),  # Traditional
        ("铜", ["铜"]),
        ("AI算法", ["ai", "算法"]),
        ("ＬｉＦｅＰＯ４正极", ["lifepo4", "正极"]),  # full width
        ("10kV 电缆", ["10kv", "电缆"]),
        ("纯度≥99.9%", ["纯度", "99.9%"]),
        ("5G", ["5g"]),
        ("额定10 kV的", ["额定", "10kv", "的"]),
        ("99.9 %", ["99.9%"]),
        ("年产1,000吨", ["年产", "1000", "吨"]),
        ("年产1000吨", ["年产", "1000", "吨"]),
        ("C++工业控制", ["c++", "工业", "业控", "控制"]),
        ("C#", ["c#"]),
        ("C语言", ["c", "语言"]),
        ("-40℃低温", ["40°c", "低温"]),
        ("40 °C", ["40°c"]),
        ("γ-Al2O3载体", ["γ-al2o3", "载体"]),
        ("10³", ["10^3"]),
        ("10⁻³", ["10^-3"]),
        ("103", ["103"]),
        ("100 m²", ["100m2"]),
        ("镀层附著力", ["镀层", "层附", "附着", "着力"]),
        ("附着力", ["附着", "着力"]),
        ("座標", ["坐标"]),
        ("⻋用线束 ⺠ ⻔ ⻓", ["车用", "用线", "线束", "民", "门", "长"]),
        ("二〇二五年", ["二〇", "〇二", "二五", "五年"]),
        ("𱖎面", ["𱖎面"]),  # extension H
        ("カメラ", ["カメ", "メラ"]),
        ("β", ["β"]),
        ("café", ["café"]),
        ("H01B 7/00", ["h01b", "7/00"]),
        ("😀", []),
        ("", []),
        ("，。！？", []),
    ],
)
def test_bigrams(written, tokens):
    assert [token.text for token in text.bigrams(written)] == tokens


def test_unigrams_keep_words_whole():
    assert [token.text for token in text.unigrams("铜线10kV")] == ["铜", "线", "10kv"]


def test_a_token_stands_where_it_was_written():
    written = "高導電 ＡＢＣ"

    found = {token.text: written[token.start : token.end] for token in text.bigrams(written)}

    assert found == {"高导": "高導", "导电": "導電", "abc": "ＡＢＣ"}


@given(WRITING)
def test_normalising_twice_changes_nothing(written):
    once = text.normalised(written)

    assert text.normalised(once) == once


@given(WRITING)
def test_every_token_lies_inside_the_original_and_in_order(written):
    for tokens in (text.unigrams(written), text.bigrams(written)):
        assert all(0 <= token.start < token.end <= len(written) for token in tokens)
        assert [token.start for token in tokens] == sorted(token.start for token in tokens)


@settings(deadline=None)
@given(WRITING)
def test_a_text_equals_its_fullwidth_and_traditional_spelling(written):
    spelled = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in written)

    assert text.normalised(spelled) == text.normalised(written)


def test_every_character_is_folded_as_by_itself():
    """Most of a text is taken as it stands; the characters for which that would not do are known beforehand."""
    for code in (*range(0xD800), *range(0xE000, 0x10000), 0x1D400, 0x20000, 0x2F800):
        written = f"铜a{chr(code)}合1"

        whole = "".join(folding.fold(char) for char in written)

        found = [match.group() if match[1] else text.canonical(match.group()) for match in text._RUN.finditer(whole)]
        assert [run.text for run in text.runs(written)] == found, code


@given(WRITING)
def test_the_fields_of_the_index_hold_the_tokens(written):
    single, double = text.fields(written)

    assert single == text.as_field(text.unigrams(written))
    assert set(double.split()) >= {token.text for token in text.bigrams(written)}


def test_a_compound_is_found_by_its_parts_as_well():
    assert text.fields("γ-Al2O3")[1].split() == ["γ-al2o3", "γ", "al2o3"]
    assert text.fields("20-40℃")[1].split() == ["20-40°c", "20", "40°c"]
    assert text.fields("C++ 10⁻³")[1].split() == ["c++", "10^-3"]


def test_a_mark_stands_on_the_original():
    for written, wanted, marked in (
        ("镀层附著力檢測", "附着力", ["附著力"]),
        ("额定 10 kV 的", "10kV", ["10 kV"]),
        ("年产1,000吨", "1000吨", ["1,000吨"]),
        ("γ-Al2O3载体", "Al2O3", ["Al2O3"]),
        ("紫铜管与铜杆", "铜", ["铜", "铜"]),
        ("⻋用线束", "车用", ["⻋用"]),
    ):
        spans = text.spans(written, {token.text for token in text.bigrams(wanted)})
        assert [written[start:end] for start, end in spans] == marked


@given(WRITING, WRITING)
def test_what_is_marked_are_the_tokens_that_stand_there(written, wanted):
    names = {token.text for token in text.bigrams(wanted)}

    marked = {at for start, end in text.spans(written, names) for at in range(start, end)}

    there = [*text.bigrams(written), *text.unigrams(written)]
    tokens = [token for token in there if token.text in names]
    compounds = {at for token in there if text.parts(token.text) for at in range(token.start, token.end)}
    expected = {at for token in tokens for at in range(token.start, token.end)}
    assert marked - compounds == expected - compounds
    assert marked >= expected


def test_what_lies_behind_the_limit_is_not_read():
    assert len(text.unigrams("铜" * (text.MAX_CHARACTERS + 5))) == text.MAX_CHARACTERS


def test_shared_phrases_are_the_longest_and_stand_in_both():
    first, second = "高导电铜合金接触线的制备", "一种铜合金接触线及其高导电工艺"

    found = text.phrases(first, second)

    assert found == ["铜合金接触线", "高导电"]
    assert all(phrase in first and phrase in second for phrase in found)
