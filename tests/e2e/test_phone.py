"""On a phone: one line at the top, tables in their own box, nothing else wider; and what loading a page anew does."""

import re

import pytest

pytestmark = pytest.mark.e2e

WIDTH, HEIGHT = 390, 844
PAGES = ["/", "/achievements/", "/turnover/", "/monitoring/", "/contracts/", "/payments/", "/organisation/", "/deals/"]
MOST_PIXELS = 56
CONTRACT_NO = re.compile(r"HT\d{4}-\d{6}")
LAID_OUT = """() => ({
  top: document.querySelector('header.site').getBoundingClientRect().height,
  menu: document.querySelector('nav.menu').getBoundingClientRect(),
  width: document.documentElement.scrollWidth,
  outside: [...document.querySelectorAll('main *')]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !element.closest('.table-wrap'))
    .map((element) => element.outerHTML.slice(0, 80)),
})"""


@pytest.fixture
def phone(sit_down):
    """A clerk of a firm of the demo city with a telephone."""
    desk = sit_down("copper", width=WIDTH)
    desk.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    return desk


def test_every_page_has_one_line_at_the_top_and_is_as_wide_as_the_screen(phone):
    for path in PAGES:
        found = phone.open(path).page.evaluate(LAID_OUT)
        assert found["top"] <= MOST_PIXELS, path
        assert found["menu"]["bottom"] == HEIGHT, path
        assert found["menu"]["height"] <= MOST_PIXELS, path
        assert (found["width"], found["outside"]) == (WIDTH, []), path


def test_a_wide_table_scrolls_in_its_own_box(phone):
    page = phone.open("/payments/").page

    box = page.locator(".table-wrap").first
    assert box.evaluate("element => element.scrollWidth > element.clientWidth")
    box.evaluate("element => element.scrollTo(1000, 0)")
    assert page.evaluate("scrollX") == 0


def test_loading_a_refused_form_anew_sends_nothing_twice(phone):
    """The form of a step is sent to an address of its own; the browser is put back onto the page that it was on."""
    phone.open("/contracts/?state=effective").follow(CONTRACT_NO)
    page = phone.page
    path = page.evaluate("location.pathname")
    asked: list[tuple[str, str]] = []
    page.on("request", lambda request: request.is_navigation_request() and asked.append((request.method, request.url)))

    with page.expect_navigation():
        page.locator("main form[action$=terminate]").evaluate(
            "form => { form.noValidate = true; form.requestSubmit(); }"
        )
    phone.complaints.clear()  # the console tells of a refusal's status
    assert page.locator(".errors").count() == 1
    page.wait_for_function("path => location.pathname === path", arg=path)
    with page.expect_navigation():
        page.evaluate("location.reload()")

    base = page.url.removesuffix(path)
    assert asked == [("POST", f"{base}{path}step/terminate"), ("GET", f"{base}{path}")]
    assert page.locator(".errors").count() == 0
