"""Which module lays a report out: the newest for a new one, its own for a published one."""

from types import ModuleType

from contracts.reports import layout_1, layout_2

LAYOUTS: dict[int, ModuleType] = {layout.NUMBER: layout for layout in (layout_1, layout_2)}
NEWEST = max(LAYOUTS)
