"""On a phone: one line at the top, tables in their own box, nothing else wider; and what loading a page anew does."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from market.accounts.models import User
from market.kernel.actor import Actor
from tests import story

pytestmark = pytest.mark.e2e

WIDTH, HEIGHT = 390, 844
PAGES = ["/", "/achievements/", "/turnover/", "/monitoring/", "/contracts/", "/payments/", "/organisation/", "/deals/"]
MOST_PIXELS = 56
LAID_OUT = """() => ({
  top: document.querySelector('header.site').getBoundingClientRect().height,
  menu: document.querySelector('nav.menu').getBoundingClientRect(),
  width: document.documentElement.scrollWidth,
  outside: [...document.querySelectorAll('main *')]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !element.closest('.table-wrap'))
    .map((element) => element.outerHTML.slice(0, 80)),
})"""


@pytest.fixture
def open_as(live_server: Any, browser: Any) -> Iterator[Callable[[Actor, str], Any]]:
    """A page of the portal in a phone's browser, signed in."""
    context = browser.new_context(base_url=live_server.url, locale="zh-CN", viewport={"width": WIDTH, "height": HEIGHT})
    page = context.new_page()

    def opened(actor: Actor, path: str) -> Any:
        client = Client()
        client.force_login(User.objects.get(pk=actor.user_id))
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page.goto(path)
        return page

    yield opened
    context.close()


def test_every_page_has_one_line_at_the_top_and_is_as_wide_as_the_screen(committed_cast, open_as):
    story.registered(committed_cast)

    for path in PAGES:
        found = open_as(committed_cast.enterprise_clerk, path).evaluate(LAID_OUT)
        assert found["top"] <= MOST_PIXELS, path
        assert found["menu"]["bottom"] == HEIGHT, path
        assert found["menu"]["height"] <= MOST_PIXELS, path
        assert (found["width"], found["outside"]) == (WIDTH, []), path


def test_a_wide_table_scrolls_in_its_own_box(committed_cast, open_as):
    story.registered(committed_cast)

    page = open_as(committed_cast.enterprise_clerk, "/payments/")

    box = page.locator(".table-wrap").first
    assert box.evaluate("element => element.scrollWidth > element.clientWidth")
    box.evaluate("element => element.scrollTo(1000, 0)")
    assert page.evaluate("scrollX") == 0


def test_loading_a_refused_form_anew_sends_nothing_twice(committed_cast, open_as):
    """The form of a step is sent to an address of its own; the browser is put back onto the page that it was on."""
    told = story.signed(committed_cast)
    path = f"/contracts/{told.contract.id}/"
    page = open_as(committed_cast.enterprise_clerk, path)
    asked: list[tuple[str, str]] = []
    page.on("request", lambda request: request.is_navigation_request() and asked.append((request.method, request.url)))

    with page.expect_navigation():
        page.locator("main form[action$=terminate]").evaluate(
            "form => { form.noValidate = true; form.requestSubmit(); }"
        )
    assert page.locator(".errors").count() == 1
    page.wait_for_function("path => location.pathname === path", arg=path)
    with page.expect_navigation():
        page.evaluate("location.reload()")

    base = page.url.removesuffix(path)
    assert asked == [("POST", f"{base}{path}step/terminate"), ("GET", f"{base}{path}")]
    assert page.locator(".errors").count() == 0
