"""A tiny invented folder of judged pairs."""

import json
from pathlib import Path

import pytest

DEMANDS = {
    "d1": ("铜合金线材强度与导电率", "连续铸造的铜合金线材强度不足。"),
    "d2": ("脐橙采后保鲜", "贮藏期腐烂率高。"),
    "d3": ("污泥脱水", ""),
}
ACHIEVEMENTS = {
    "a1": "高导电 铜合金 接触线 连续 铸造",
    "a2": "脐橙 保鲜 涂膜",
    "a3": "城市 污泥 深度 脱水 干化",
    "a4": "数控 机床 主轴",
}
LEVELS = {
    "d1": {"a1": 4, "a2": 1, "a4": 2},
    "d2": {"a1": 1, "a2": 3, "a4": 1},
    "d3": {"a1": 1, "a4": 1},  # no gain: not counted
}


def lines(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.fixture
def folder(tmp_path) -> Path:
    demands = ({"id": key, "title": title, "content": content} for key, (title, content) in DEMANDS.items())
    (tmp_path / "demands.jsonl").write_text(lines(demands))
    (tmp_path / "achievements.jsonl").write_text(
        lines({"id": key, "title": title} for key, title in ACHIEVEMENTS.items())
    )
    rows = [f"{demand}\t{other}\t{level}\n" for demand, row in LEVELS.items() for other, level in row.items()]
    (tmp_path / "judgements.tsv").write_text("demand_id\tachievement_id\tlevel\n" + "".join(rows))
    return tmp_path
