"""How often the product asks which kind of listing it has before it: what a table of the kinds leaves to branches."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("market", "search", "listings", "matching", "contracts")
CODES = frozenset({"achievement", "demand", "achievements", "demands"})
CLASSES = frozenset({"Achievement", "Demand", "AchievementData", "DemandData", "AchievementForm", "DemandForm"})
MEMBERS = frozenset({"ACHIEVEMENT", "DEMAND"})  # of an enumeration of kinds, or their tables
IN_TEMPLATES = re.compile(r"""\{%\s*(?:el)?if\b[^%]*[=!]=\s*['"](?:achievement|demand)s?['"]""")


def kind_branches(root: Path = ROOT) -> list[str]:
    """Each place that branches on a kind of listing, as `file:line`.

    Counted are `isinstance` with a class of a kind, comparisons with a kind's code, class or member, cases of a `match`
    on one, and conditions of templates; migrations are left out.
    """
    found = []
    for floor in FLOORS:
        for path in sorted((root / floor).rglob("*.py")):
            if "migrations" not in path.parts:
                tree = ast.parse(path.read_text(encoding="utf-8"))
                found += [f"{path.relative_to(root)}:{line}" for line in sorted(_lines(tree))]
        for path in sorted((root / floor).rglob("*.html")):
            for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                found += [f"{path.relative_to(root)}:{number}"] * len(IN_TEMPLATES.findall(text))
    return found


def _lines(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance":
            names = {part.id for part in ast.walk(node.args[1]) if isinstance(part, ast.Name)}
            if names & CLASSES:
                yield node.lineno
        elif isinstance(node, ast.Compare):
            if any(_names_a_kind(side) for side in (node.left, *node.comparators)):
                yield node.lineno
        elif isinstance(node, ast.MatchValue) and _names_a_kind(node.value):
            yield node.value.lineno


def _names_a_kind(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=str(value)):
            return value in CODES
        case ast.Attribute(attr="value", value=inner):
            return _names_a_kind(inner)
        case ast.Attribute(attr=attr):
            return attr in MEMBERS
        case ast.Name(id=name):
            return name in CLASSES | MEMBERS
        case ast.Set(elts=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
            return any(map(_names_a_kind, parts))
    return False
