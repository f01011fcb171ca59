"""Who reads English reads no Chinese but what people have written: every page is walked as several people."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from matching.scoring.training import CARD
from tests.market.config.access import PAGES
from tests.market.config.test_access_pages import address
from tests.market.config.world import World, build_world

READERS = ("nobody", "university_clerk", "enterprise_finance", "broker", "registrar", "operator", "leader", "auditor")
# Runs of Chinese with the numbers in them; marks that stand alone are the portal's own, whoever wrote what is beside.
HAN = r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+"
RUN = re.compile(f"{HAN}(?:[A-Za-z0-9-]+{HAN})*")
LETTER = re.compile(r"[\u3400-\u9fff]")
# What says of itself that it is Chinese: the switch, amounts in legal words, the notes of a frozen report.
UNSEEN = re.compile(r"<script.*?</script>|<!--.*?-->|<(?!html)(\w+)[^>]* lang=\"zh-hans\"[^>]*>.*?</\1>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
SAID = re.compile(r"\b(?:title|alt|aria-label|placeholder|content|label|data-[a-z-]+)=\"([^\"]*)\"")


@pytest.fixture
def world(cast) -> World:
    return build_world(cast)


def written(world: World) -> str:
    """What the portal shows as it is: every text that is kept, names that are given, and a report as it was frozen."""
    rows = [str(row) for model in apps.get_models() for row in model._base_manager.values_list()]
    report = b"".join(Client().get(f"/api/v1/reports/{world.parameters['report_id']}/content.json")).decode()
    return "\n".join([*rows, settings.MARKET_NAME, CARD["data"], report])


def chinese(page: str, kept: str) -> set[str]:
    """The portal's own Chinese on a page: what is no part of a text that is kept, and marks between words."""
    shown = UNSEEN.sub("", page)
    texts = TAG.sub("\n", shown) + "\n" + "\n".join(SAID.findall(shown))
    return {run[0] for run in RUN.finditer(texts) if not _is_in(kept, texts, run)}


def _is_in(kept: str, texts: str, run: re.Match[str]) -> bool:
    """Marks alone go by what stands before them: `360 MPa。` is somebody's text, `Seller：` the portal's."""
    begin = run.start() if LETTER.search(run[0]) else max(0, run.start() - 4)
    return texts[begin : run.end()] in kept


def test_the_control_finds_words_and_marks():
    page = (
        '<p title="标题">单位：甲</p><p>A（B）</p><button type="submit" lang="zh-hans">中文</button><i>甲</i><b>乙</b>'
    )

    assert chinese(page, "甲、乙") == {"标题", "单位：甲", "（B）"}


@pytest.mark.parametrize("reader", READERS)
def test_every_page_is_english_for_who_reads_english(world: World, api: Any, reader: str):
    client = api if reader == "nobody" else api.as_(getattr(world.cast, reader))
    kept = written(world)
    found: dict[str, set[str]] = {}

    for name in PAGES:
        answer = client.get(address(name, world), headers={"Accept-Language": "en"})
        is_page = not answer.streaming and answer.get("Content-Type", "").startswith("text/html")
        if is_page and (words := chinese(answer.content.decode(), kept)):
            found[name] = words

    assert found == {}, "\n".join(f"{name}: {sorted(words)}" for name, words in found.items())
