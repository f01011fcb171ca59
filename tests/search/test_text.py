"""Text into tokens: what each is, and where it stands in the original."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import text

WRITING = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("铜合金電線锂电池Ａ１ﬁ㎏½Å10kV99.9%≥-、。 \n\u200b\ufeff\U0002000b"),
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

        whole = "".join(text._fold(char) for char in written)

        assert [run.text for run in text.runs(written)] == [found.group() for found in text._RUN.finditer(whole)], code


@given(WRITING)
def test_the_fields_of_the_index_hold_the_tokens(written):
    expected = text.as_field(text.unigrams(written)), text.as_field(text.bigrams(written))

    assert text.fields(written) == expected


@given(WRITING, WRITING)
def test_what_is_marked_are_the_tokens_that_stand_there(written, wanted):
    names = {token.text for token in text.bigrams(wanted)}

    marked = {at for start, end in text.spans(written, names) for at in range(start, end)}

    tokens = [token for token in text.bigrams(written) if token.text in names]
    assert marked == {at for token in tokens for at in range(token.start, token.end)}


def test_what_lies_behind_the_limit_is_not_read():
    assert len(text.unigrams("铜" * (text.MAX_CHARACTERS + 5))) == text.MAX_CHARACTERS


def test_shared_phrases_are_the_longest_and_stand_in_both():
    first, second = "高导电铜合金接触线的制备", "一种铜合金接触线及其高导电工艺"

    found = text.phrases(first, second)

    assert found == ["铜合金接触线", "高导电"]
    assert all(phrase in first and phrase in second for phrase in found)
