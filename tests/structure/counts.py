"""The figures of the house, counted in its files; docs/structure.toml says how far each may fall or grow."""

import ast
import re
import statistics
from collections.abc import Sequence
from functools import cache
from itertools import chain
from pathlib import Path

import grimp

from tests.structure.kinds import ROOT, kind_branches

FLOORS = ("market", "search", "listings", "matching", "contracts")
PRODUCT = (*FLOORS, "deploy")
LONG_FILE, LONG_FUNCTION = 400, 40
MOCKS = re.compile(r"\bmonkeypatch\.setattr\(|\bmock\.patch\b|\b(?:Magic|Async)?Mock\(|\bmocker\.")
TABLES_OF_VERBS = frozenset({"STATES_OF", "STEPS"})  # what a lifecycle's table replaces
STEP = re.compile(r"^(?:## )?\d+\. ", re.MULTILINE)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def figures() -> dict[str, float]:
    """Each count by its name, as docs/structure.toml has it."""
    lines = [length(path) for path in product()]
    sizes = [(node.end_lineno or 0) - node.lineno + 1 for node in functions()]
    return {
        "kind_branches": len(kind_branches()),
        "tables_of_verbs": sum(map(_tables_of_verbs, product())),
        "import_cycles": import_cycles(),
        "tests_to_code": ratio(tests(), product()),
        "lines_of_a_file_median": statistics.median(lines),
        "lines_of_a_file_p95": percentile(lines, 95),
        "files_over_400_lines": sum(count > LONG_FILE for count in lines),
        "lines_of_a_function_median": statistics.median(sizes),
        "lines_of_a_function_p95": percentile(sizes, 95),
        "functions_over_40_lines": sum(count > LONG_FUNCTION for count in sizes),
        "typed_functions": round(statistics.fmean(map(is_typed, functions())), 4),
        "mocks_a_test": round(mocks() / len(test_functions()), 4),
    }


def rooms() -> dict[str, float]:
    """Lines of tests over lines of code, for each room that has code."""
    found = {}
    for floor in FLOORS:
        for folder in sorted((ROOT / floor).iterdir()):
            name = f"{floor}.{folder.name}"
            if code := [path for path in product() if folder in path.parents]:
                found[name] = ratio(
                    [path for path in tests() if ROOT / "tests" / floor / folder.name in path.parents], code
                )
    return found


def how_tos() -> dict[str, float]:
    """Files that a change touches, by its page in docs/how-to: each of its numbered steps is one."""
    pages = sorted((ROOT / "docs" / "how-to").glob("*.md"))
    return {page.stem: len(STEP.findall(page.read_text(encoding="utf-8"))) for page in pages}


@cache
def product() -> Sequence[Path]:
    """Modules of the product and of what starts it, without migrations."""
    paths = chain.from_iterable((ROOT / floor).rglob("*.py") for floor in PRODUCT)
    return [path for path in sorted(paths) if "migrations" not in path.parts]


@cache
def tests() -> Sequence[Path]:
    """Modules of the tests; benchmarks and these counts assert nothing of the product."""
    aside = (ROOT / "tests" / "benchmarks", ROOT / "tests" / "structure")
    return [path for path in sorted((ROOT / "tests").rglob("*.py")) if not {*aside} & {*path.parents}]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def functions() -> Sequence[Function]:
    return [node for path in product() for node in ast.walk(tree(path)) if isinstance(node, Function)]


@cache
def test_functions() -> Sequence[Function]:
    nodes = (node for path in tests() for node in ast.walk(tree(path)) if isinstance(node, Function))
    return [node for node in nodes if node.name.startswith("test_")]


def length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def ratio(over: Sequence[Path], under: Sequence[Path]) -> float:
    return round(sum(map(length, over)) / max(sum(map(length, under)), 1), 3)


def percentile(values: Sequence[int], percent: int) -> float:
    return sorted(values)[(len(values) - 1) * percent // 100]


def mocks() -> int:
    return sum(len(MOCKS.findall(path.read_text(encoding="utf-8"))) for path in tests())


def is_typed(node: Function) -> bool:
    """Whether every argument but `self` and `cls` has a type, and the answer too."""
    given = node.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    asked = [arg for at, arg in enumerate(named) if not (at == 0 and arg.arg in {"self", "cls"})]
    return node.returns is not None and all(
        arg.annotation for arg in [*asked, *filter(None, (given.vararg, given.kwarg))]
    )


def _tables_of_verbs(path: Path) -> int:
    """How many tables of verbs the module assigns."""
    names = re.findall(r"^(\w+)(?:: [^=\n]+)? = \D", path.read_text(encoding="utf-8"), re.MULTILINE)
    return sum(name in TABLES_OF_VERBS for name in names)


def import_cycles() -> int:
    """Imports that would have to go for no room or module to import itself, however far around."""
    graph = grimp.build_graph(*PRODUCT, cache_dir=None)
    return sum(len(graph.nominate_cycle_breakers(name)) for name in graph.modules if graph.find_children(name))
