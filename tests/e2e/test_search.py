"""Searching in a browser: suggestions, ticks, the way back, and a search engine that goes away."""

import pytest

pytestmark = pytest.mark.e2e


def titles(desk):
    return desk.page.locator("#results ol.cards h2").all_inner_texts()


def counted(desk):
    """What the query itself finds; what comes close to it also depends on whether the language model is loaded yet."""
    return set(desk.page.locator("#results :not(.wider) > ol.cards h2").all_inner_texts())


def found(desk, text):
    """Wait until the results say so."""
    desk.page.locator("#results").get_by_text(text).first.wait_for()


def test_typing_suggests_and_ticking_narrows_and_back_undoes_it(sit_down):
    desk = sit_down().open("/search")
    desk.page.locator("main input[name=q]").press_sequentially("铜合金", delay=60)
    offers = desk.page.locator("#suggestions a")
    offers.first.wait_for()
    assert any("铜" in words for words in offers.all_inner_texts())

    desk.page.keyboard.press("Escape")
    offers.first.wait_for(state="hidden")
    desk.page.locator("main input[name=q]").fill("铜合金")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**q=*")
    desk.page.locator("#results mark").first.wait_for()
    everything = counted(desk)
    assert any("铜" in title for title in everything)

    desk.page.locator("#facets input[name=ipc]").first.check()
    desk.page.locator(".chips a.chip").first.wait_for()
    assert "ipc=" in desk.page.url
    assert counted(desk) <= everything

    desk.page.go_back()
    desk.page.locator(".chips").wait_for(state="detached")
    assert desk.page.locator("main input[name=q]").input_value() == "铜合金"
    assert not desk.page.locator("#facets input[name=ipc]").first.is_checked()
    assert counted(desk) == everything


def test_nothing_found_leads_on(sit_down):
    desk = sit_down(width=390).open("/search?q=铜合金 海洋钻井平台水下采油树")
    desk.follow("去掉“海洋钻井平台水下采油树”", within="#results")

    assert titles(desk)


def test_while_the_engine_is_away_the_page_says_so_and_finds_all_the_same(sit_down, portal):
    desk = sit_down().open("/search?q=铜合金")
    healthy = counted(desk)
    assert healthy
    assert desk.page.locator(".degraded").count() == 0

    portal.engine.refuse()
    try:
        desk.open("/search?q=铜合金")
        desk.reads("搜索引擎暂时不可用")
        assert counted(desk) == healthy
    finally:
        portal.engine.pass_on()
    for _ in range(60):
        desk.open("/search?q=铜合金")
        if desk.page.locator(".degraded").count() == 0:
            break
        desk.page.wait_for_timeout(500)
    assert desk.page.locator(".degraded").count() == 0
    assert counted(desk) == healthy


def test_a_part_that_does_not_come_is_told(sit_down):
    desk = sit_down().open("/search?q=铜合金")
    desk.page.route("**/search?*", lambda route: route.abort())
    desk.page.locator("select[name=sort]").select_option("newest")

    desk.page.get_by_role("alert").get_by_text("暂时没有载入").wait_for()
    desk.complaints.clear()  # the console told it too


def test_of_two_ticks_in_a_hurry_neither_is_lost(sit_down):
    """The second is made while the first is still being answered."""
    desk = sit_down().open("/search")
    desk.page.evaluate(
        """() => {
            for (const name of ["region", "ipc"]) document.querySelector(`#facets input[name=${name}]`).click();
        }"""
    )
    desk.page.wait_for_url("**ipc=*")

    assert "region=" in desk.page.url
    desk.page.locator(".chips a.chip").nth(1).wait_for()
