"""Cells of tables that people open in a spreadsheet program."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet program would take for a formula (CSV injection).

    Not for numbers: a negative one begins with a minus.
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
