"""The counts count what they say, and a figure that has become worse stops `make check`."""

import ast
import tomllib

import pytest

from tests.structure import __main__ as command
from tests.structure import counts

TYPED = ("def f(self, a: int, *b: str, c: int = 1, **d: int) -> None: ...", "async def f() -> int: ...")
UNTYPED = (
    "def f(a) -> None: ...",
    "def f(a: int): ...",
    "def f(*a) -> None: ...",
    "def f(self, **a) -> None: ...",
    "def f(a: int, self) -> None: ...",
)


@pytest.mark.parametrize(("text", "typed"), [*((text, True) for text in TYPED), *((text, False) for text in UNTYPED)])
def test_a_function_is_typed_when_its_answer_and_every_argument_are(text, typed):
    assert counts.is_typed(ast.parse(text).body[0]) is typed


def test_what_is_better_is_kept_and_what_is_worse_never_moves_a_bound():
    bounds = {"registration": 0.5, "turnover": 0.6}

    assert command.kept("rooms", bounds, {"registration": 0.58, "turnover": 0.4}) == {
        "registration": 0.55,
        "turnover": 0.6,
    }
    assert command.kept("rooms", {}, {"audit": 3.4, "new": 0.34}) == {"audit": 0.6, "new": 0.3}
    assert command.kept("counts", {"cycles": 3}, {"cycles": 2}) == {"cycles": 2}
    assert command.kept("counts", {"cycles": 3}, {"cycles": 4}) == {"cycles": 3}
    assert command.kept("limits", {"lines": 80}, {"lines": 54}) == {"lines": 80}


def test_what_is_held_is_there_and_one_worse_figure_fails(tmp_path, monkeypatch, capsys):
    held = tomllib.loads(command.HELD.read_text(encoding="utf-8"))
    assert set(held["rooms"]) <= set(counts.rooms())
    assert set(held["how_to"]) <= set(counts.how_tos())
    worse = tmp_path / "structure.toml"
    worse.write_text(command.written(held | {"shares": {"tests_to_code": 99}}), encoding="utf-8")
    monkeypatch.setattr(command, "HELD", worse)

    assert command.main() == 1
    assert capsys.readouterr().out.count("WORSE") == 1


def test_a_ratio_and_a_percentile_are_what_they_are_called(tmp_path):
    for name, lines in (("a.py", 10), ("b.py", 5), ("c.py", 20)):
        (tmp_path / name).write_text("x = 1\n" * lines, encoding="utf-8")

    assert counts.ratio([tmp_path / "a.py", tmp_path / "b.py"], [tmp_path / "c.py"]) == 0.75
    assert [counts.percentile(range(1, 101), percent) for percent in (50, 95)] == [50, 95]
