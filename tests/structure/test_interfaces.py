"""What a room shows to others: models, services, queries, policy, rules, events, problems, and what is named here."""

from collections.abc import Iterator

import grimp

from tests.structure.counts import FLOORS

INTERFACE = frozenset({"models", "services", "queries", "policy", "rules", "events", "problems"})
# The ground is there for everybody, the roof knows every room, and these three are libraries through and through.
OPEN = frozenset({"market.kernel", "market.reference", "market.pages", "search.analysis", "matching.scoring"})
ROOF = "market.config"
# What a room offers besides, and to whom it may matter.
OFFERED = {
    "market.accounts": {"actors", "history"},
    "market.notices": set(),
    "search.index": {
        "breaker", "consumers", "documents", "encoder", "engine", "facets", "indexing", "mapping", "vectors",
    },
    "search.find": {"addresses", "candidates", "evaluation", "query", "results", "shortcuts", "suggesting"},
    "search.saved": {"consumers"},
    "listings.catalog": {"api", "data", "kinds", "presentation"},
    "matching.matches": {"reasons", "track_record"},
    "contracts.registration": {"facts"},
    "contracts.turnover": {"evidence", "labels", "verify_turnover"},
}  # fmt: skip


def imports_across_rooms() -> Iterator[tuple[str, str]]:
    """Each importing module with what it imports of another room."""
    graph = grimp.build_graph(*FLOORS, cache_dir=None)
    for importer in sorted(graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            if room_of(importer) != room_of(imported) and room_of(importer) != ROOF and room_of(imported) not in OPEN:
                yield importer, imported


def room_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def part_of(module: str) -> str:
    return module.split(".")[2] if module.count(".") > 1 else ""


def test_a_room_is_entered_by_its_interface_alone():
    entered = [
        f"{importer} → {imported}"
        for importer, imported in imports_across_rooms()
        if part_of(imported) not in INTERFACE | OFFERED.get(room_of(imported), set())
    ]

    assert entered == []


def test_what_a_room_offers_besides_is_used_by_another():
    used = {(room_of(imported), part_of(imported)) for _, imported in imports_across_rooms()}

    assert sorted((room, part) for room, parts in OFFERED.items() for part in parts if (room, part) not in used) == []
