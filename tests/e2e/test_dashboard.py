"""The figure's page in a browser: its pictures are its tables, on a desk and on a phone, with and without a script.

`SCREENSHOTS=docs/images make test ARGS="tests/e2e/test_dashboard.py"` writes the pictures of the documentation anew.
"""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

pytestmark = pytest.mark.e2e

WIDTHS = [1280, 390]
DRAWN = {"by-year", "by-month", "by-contract_type", "by-technology_field", "by-seller_kind", "by-buyer_kind"}
PAGES = [
    "/turnover/?period=2025",
    "/turnover/entries/?period=2025&by=contract_type",
    "/monitoring/?year=2025",
    "/monitoring/8/",
]
MOST_BYTES = 300_000

# Each picture's numbers beside those of the table that it names, both read in the browser.
COMPARE = """() => [...document.querySelectorAll('figure.chart')].map((figure) => {
  const table = document.getElementById(figure.dataset.table);
  const number = (cell) => cell.dataset.value === '' ? null : Number(cell.dataset.value);
  const columns = [...table.tHead.rows[0].cells].flatMap((cell, index) => cell.dataset.series ? [index] : []);
  const rows = [...table.tBodies[0].rows];
  const written = columns.map((index) => rows.map((row) => number(row.cells[index])));
  const series = echarts.getInstanceByDom(figure)?.getOption().series ?? [];
  const cell = (x, y) => series[0].data.find((one) => one.value[0] === x && one.value[1] === y)?.value[2] ?? null;
  const sector = (value) => series[0].data.find((one) => one.value === value)?.value ?? null;
  const drawn = {
    matrix: () => written.map((column, x) => column.map((_, y) => cell(x, y))),
    shares: () => written.map((column) => column.map((value) => value > 0 ? sector(value) : value)),
  }[figure.dataset.kind] ?? (() => series.map((one) => one.data.map((point) => point ?? null)));
  return {
    name: figure.dataset.table, written, drawn: drawn(), paths: figure.querySelectorAll('svg path').length,
    role: figure.getAttribute('role'), label: figure.getAttribute('aria-label'),
  };
})"""

# What a reader with a keyboard or a screen reader would stumble over.
STUMBLES = """() => {
  const found = [];
  const all = (selector, see) => document.querySelectorAll(selector).forEach(see);
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  ids.forEach((id, index) => { if (ids.indexOf(id) !== index) found.push(`id twice: ${id}`); });
  all('a, button, summary', (element) => {
    const name = element.textContent.trim() || element.getAttribute('aria-label');
    if (!name) found.push(`no name: ${element.outerHTML.slice(0, 80)}`);
  });
  all('main input:not([type=hidden]), main select', (element) => {
    if (!element.labels?.length && !element.getAttribute('aria-label')) found.push(`no label: ${element.name}`);
  });
  all('main table', (table) => { if (!table.caption) found.push('table without caption'); });
  all('main th', (cell) => { if (!cell.scope) found.push(`th without scope: ${cell.textContent}`); });
  let level = 1;
  all('main h1, main h2, main h3', (heading) => {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) found.push(`heading skips: ${heading.textContent}`);
    level = own;
  });
  return found;
}"""


def settled(desk: Any, path: str) -> Any:
    """The page with the parts that it loads."""
    desk.open(path)
    desk.page.wait_for_load_state("networkidle")
    return desk.page


def is_wider_than_the_screen(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize("width", WIDTHS)
def test_every_picture_shows_the_numbers_of_its_table(sit_down, width):
    page = settled(sit_down("leader", width=width), "/turnover/?period=2025")

    charts = {chart["name"]: chart for chart in page.evaluate(COMPARE)}

    assert charts.keys() == DRAWN | {"flows", "by-chain"}
    for name, chart in charts.items():
        assert chart["drawn"] == chart["written"], name
        assert chart["paths"] > 0, name
        assert chart["role"] == "img", name
        assert len(chart["label"]) > 12, name
    years = charts["by-year"]["written"]
    assert years[1][:6] == [0.83, 1.31, 2.05, 3.23, 5.08, 8.0]
    assert years[0][0] == 0.83
    save(page, f"dashboard-{width}", full_page=True)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_the_screen_and_nobody_stumbles(sit_down, path, width):
    page = settled(sit_down("leader", width=width), path)

    assert not is_wider_than_the_screen(page)
    assert page.evaluate(STUMBLES) == []
    assert page.locator("h1").count() == 1


def test_the_headline_and_the_eight_indicators_stand_on_the_first_screen(sit_down):
    page = settled(sit_down(), "/turnover/?period=2025")

    assert "亿元" in page.locator(".headline .figure").inner_text()
    assert "距目标还差" in page.locator(".headline").inner_text()
    assert page.locator(".slot .traffic").count() >= 8
    bottom = page.locator(".slot tbody tr").last.bounding_box()
    assert bottom["y"] + bottom["height"] <= 900  # the height of the window
    save(page, "dashboard")


def test_without_a_script_the_tables_are_the_page(sit_down):
    page = sit_down("leader", has_script=False).open("/turnover/?period=2025").page

    assert page.locator("figure.chart svg").count() == 0
    assert page.locator("#by-year tbody tr").count() >= 6
    assert page.locator("#by-contract_type").is_visible()
    page.locator(".slot a").first.click()
    assert page.locator("tbody tr").count() == 8


def test_the_care_version_draws_larger_letters_and_print_leaves_the_menu_out(sit_down):
    desk = sit_down()
    page = settled(desk, "/turnover/?period=2025")
    letters = "parseFloat(getComputedStyle(document.querySelector('figure.chart svg text')).fontSize)"
    plain = page.evaluate(letters)

    page.get_by_role("button", name="关怀版").click()
    page.wait_for_load_state("networkidle")

    assert page.evaluate(letters) > plain * 1.2
    assert not is_wider_than_the_screen(page)
    page.emulate_media(media="print")
    assert not page.locator("header.site").is_visible()
    assert page.locator("figure.chart svg").first.is_visible()
    assert page.locator("#by-year").is_visible()


def test_the_figure_opens_down_to_the_people_and_keeps_the_choice(sit_down):
    desk = sit_down("broker")
    page = settled(desk, "/turnover/?period=2024")
    desk.page.locator("details.period > summary").click()
    desk.follow("2024 年第 2 季度")
    assert "period=2024-Q2" in page.url

    desk.follow("技术许可", within="#by-contract_type")
    assert "period=2024-Q2" in page.url
    assert "contract_type=license" in page.url
    assert desk.reads("合同类型：技术许可")
    lines = page.locator("tbody tr")
    assert lines.count() >= 1
    with page.expect_navigation():
        lines.first.get_by_role("link").first.click()
    for words in ("认定登记", "技术合同", "合同双方", "技术交易项目", "对接与匹配", "科技成果", "技术需求"):
        assert page.locator("ol.chain").get_by_text(words, exact=True).count() == 1
    introduction = page.locator("ol.chain li", has_text="对接与匹配").get_by_role("link")
    with page.expect_navigation():
        introduction.click()
    assert desk.reads("演示·技术经纪人")


def test_an_office_enters_a_value_and_another_person_confirms_it(sit_down):
    office, leader = sit_down("office"), sit_down("leader")
    office.open("/monitoring/2/").fill(year="2025", value="2.04", source_text="2025 年统计公报第 12 页（演示）")
    office.fill(proof=office.scan("bulletin")).press("提交复核")
    assert office.reads("此值由您录入，须由本单位另一人确认。")
    assert office.page.get_by_role("button", name="复核无误，确认").count() == 0
    passer_by = sit_down().open("/monitoring/?year=2025")
    row = passer_by.page.locator("tbody tr").nth(1)
    assert "暂无数值" in row.inner_text()

    leader.open("/monitoring/2/").press("复核无误，确认")

    passer_by.open("/monitoring/?year=2025")
    assert "2.04" in row.inner_text()
    assert "达到路径" in row.inner_text()
    settled(leader, "/monitoring/2/")
    save(leader.page, "indicator", full_page=True)


def save(page: Any, name: str, *, full_page: bool = False) -> None:
    """Keep the page's picture where SCREENSHOTS names a folder; small, since it lies in the repository."""
    folder = os.environ.get("SCREENSHOTS")
    if not folder:
        return
    content = page.screenshot(full_page=full_page)
    picture = Image.open(io.BytesIO(content)).convert("RGB").quantize(64)
    path = Path(folder) / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, optimize=True)
    assert path.stat().st_size <= MOST_BYTES
