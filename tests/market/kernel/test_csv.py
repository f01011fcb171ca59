import pytest

from market.kernel.csv import safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_what_a_spreadsheet_takes_for_a_formula_is_made_a_text(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "瑞金市", "3-甲", " =1"])
def test_other_texts_stay(text):
    assert safe_cell(text) == text
