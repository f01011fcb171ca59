"""What a report of the second layout says: a part of fewer than three contracts stands with others in one line."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from contracts.reports.layouts import v1
from contracts.reports.layouts.v1.tables import NOTES
from contracts.reports.layouts.v2.small_cells import total, withheld
from contracts.reports.layouts.values import Flow, Heading, Part, Reading

NUMBER = 2
TOGETHER: str | None = "*"  # the code of the line of what is not told apart
NAME = "未单列"
COUNT = "合同数为净数：期内新登记的合同减去期内注销、撤销的合同；变更、更正按其生效日期计入所在期间。"
NOTE = "少于三项合同的分项不单列，与另一些分项合为“未单列”一行，使其无法从合计中推算；合计照常公布。"


def content(heading: Heading, reading: Reading, basis: Mapping[str, Any]) -> dict[str, Any]:
    """The report as plain values, as the first layout writes them."""
    names = {scheme: {**found, TOGETHER: NAME} for scheme, found in basis["names"].items()}
    found = v1.content(heading, _without_small_cells(heading, reading), {**basis, "names": names})
    notes = [COUNT if note == NOTES[3] else note for note in found["notes"]]
    return {**found, "layout": NUMBER, "notes": [*notes, NOTE]}


def _without_small_cells(heading: Heading, reading: Reading) -> Reading:
    return replace(
        reading,
        tables={side: {by: _parts(parts) for by, parts in tables.items()} for side, tables in reading.tables.items()},
        regions=_parts(reading.regions),
        flows=_flows(reading.flows, _prefix(heading.region)),
    )


def _parts(parts: Sequence[Part]) -> list[Part]:
    """A code is told apart where it may be in the period and in the same days a year before."""
    hidden = withheld({part.code: part.sums for part in parts}) | withheld({part.code: part.before for part in parts})
    if not hidden:
        return list(parts)
    together = [part for part in parts if part.code in hidden]
    rest = Part(str(TOGETHER), total(part.sums for part in together), total(part.before for part in together))
    return [*(part for part in parts if part.code not in hidden), rest]


def _flows(flows: Sequence[Flow], prefix: str) -> list[Flow]:
    """What stays in the region, leaves it and comes in has an official total each."""

    def group(pair: tuple[str, str]) -> Hashable:
        return tuple(code.startswith(prefix) for code in pair)

    hidden = withheld({(flow.seller_region, flow.buyer_region): flow.sums for flow in flows}, group)
    if not hidden:
        return list(flows)
    told = [flow for flow in flows if (flow.seller_region, flow.buyer_region) not in hidden]
    together = total(flow.sums for flow in flows if (flow.seller_region, flow.buyer_region) in hidden)
    return [*told, Flow(str(TOGETHER), str(TOGETHER), together)]


def _prefix(region: str) -> str:
    """What the codes inside a GB/T 2260 region begin with: 3607 for 360700, 36 for 360000."""
    if region.endswith("0000"):
        return region[:2]
    return region[:4] if region.endswith("00") else region
