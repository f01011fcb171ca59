"""docs/rooms.md: which room offers what to whom, read from the text of each room's `wiring.py`."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from market.config.environment import BASE_DIR

FLOORS = ("market", "search", "listings", "matching", "contracts")
OUTBOX = "market.kernel.outbox"
HEAD = """# Rooms

What each room offers to the rooms above it, what it tells them, and what it uses of those below. Made by
`manage.py export_rooms` from the `wiring.py` of each room, which `AppConfig.ready` calls.
"""


@dataclass(frozen=True, slots=True)
class Registration:
    """A call of `register…` in a room's wiring: the function's full name, what is registered, and which events."""

    room: str
    socket: str
    parts: tuple[str, ...]
    events: tuple[str, ...]

    @property
    def offered_by(self) -> str:
        return room_of(self.socket.rpartition(".")[0])


def wirings() -> Iterator[tuple[str, Path]]:
    """Each room that is wired, with its file, from the ground up."""
    for floor in FLOORS:
        for path in sorted((BASE_DIR / floor).rglob("wiring.py")):
            yield ".".join(path.relative_to(BASE_DIR).parent.parts), path


def registrations() -> list[Registration]:
    return [found for room, path in wirings() for found in _of(room, ast.parse(path.read_text(encoding="utf-8")))]


def room_of(module: str) -> str:
    """The room that a module belongs to: the nearest folder above it that is wired, or its own folder."""
    rooms = {room for room, _path in wirings()}
    parts = module.split(".")
    folders = [".".join(parts[:length]) for length in range(len(parts), 1, -1)]
    return next((folder for folder in folders if folder in rooms), ".".join(parts[:2]))


def text() -> str:
    found = registrations()
    rooms = list(dict.fromkeys([*(room for room, _path in wirings()), *(item.offered_by for item in found)]))
    return HEAD + "".join(_section(room, found) for room in sorted(rooms, key=_floor))


def _floor(room: str) -> tuple[int, str]:
    return FLOORS.index(room.split(".")[0]), room


def _section(room: str, found: list[Registration]) -> str:
    lines = [f"\n## {room}\n"]
    if summary := _first_line(f"{room}.wiring"):
        lines.append(f"\n{summary}\n")
    offered: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    told: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for item in found:
        if item.offered_by == room:
            offered[f"`{item.socket}`: {_first_line(item.socket)}"][item.room] += item.parts
        for event in item.events:
            if room_of(event.rpartition(".")[0]) == room:
                # Where a room hands its event to one below, that one is told.
                is_direct = item.socket.startswith(f"{OUTBOX}.")
                reader = item.room if is_direct else item.offered_by
                told[f"`{event.rpartition('.')[2]}`"][reader] += item.parts if is_direct else []
    lines += _list("Offers", offered)
    lines += _list("Tells", told)
    uses = sorted({item.socket for item in found if item.room == room and item.offered_by != room})
    if uses:
        lines.append("\nUses " + ", ".join(f"`{name}`" for name in uses) + ".\n")
    return "".join(lines)


def _list(title: str, entries: Mapping[str, Mapping[str, list[str]]]) -> Iterator[str]:
    if entries:
        yield f"\n{title}:\n\n"
    for entry, users in entries.items():
        yield f"- {entry}\n"
        yield from (
            f"  - {room}{': ' if parts else ''}{', '.join(dict.fromkeys(parts))}\n" for room, parts in users.items()
        )


def _of(room: str, tree: ast.Module) -> Iterator[Registration]:
    names = _imported(tree)
    wire = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "wire")
    for call in (node for node in ast.walk(wire) if isinstance(node, ast.Call)):
        socket = _full_name(call.func, names)
        if socket.rpartition(".")[2].startswith("register") and socket.split(".")[0] in FLOORS:
            names_of = [_full_name(node, names) for node in _arguments(call)]
            events = tuple(name for name in names_of if name.rpartition(".")[0].endswith(".events"))
            yield Registration(room, socket, tuple(_parts(call, names_of)), events)


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [item for node in call.args for item in (node.elts if isinstance(node, ast.List) else [node])]


def _parts(call: ast.Call, names_of: list[str]) -> list[str]:
    """What is registered, by its own name where it has one; a constant beside a function is only its key."""
    literals = [node.value for node in _arguments(call) if isinstance(node, ast.Constant)]
    if literals:
        return [str(value) for value in literals]
    found = [name.rpartition(".")[2] for name in names_of if name]
    return [name for name in found if not name.isupper()] or found


def _full_name(node: ast.expr, names: Mapping[str, str]) -> str:
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.Attribute):
        owner = _full_name(node.value, names)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def _imported(tree: ast.Module) -> dict[str, str]:
    """Each name of the module as what it is imported from."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@cache
def _parsed(module: str) -> ast.Module | None:
    path = BASE_DIR.joinpath(*module.split(".")).with_suffix(".py")
    return ast.parse(path.read_text(encoding="utf-8")) if path.exists() else None


def _first_line(name: str) -> str:
    """Of the docstring of a module, or of a function by its full name."""
    if (module := _parsed(name)) is not None:
        return (ast.get_docstring(module) or "").partition("\n")[0]
    owner, _dot, function = name.rpartition(".")
    body = getattr(_parsed(owner), "body", [])
    found = next((node for node in body if isinstance(node, ast.FunctionDef) and node.name == function), None)
    return (ast.get_docstring(found) or "" if found else "").partition("\n")[0]
