"""Every page of a demonstration portal says how far its city is, until it is complete."""

import pytest

from market.pages import demo_progress

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _told(settings):
    settings.DEMO = True
    yield
    demo_progress.forget()


def test_a_page_says_how_far_the_city_is_and_asks_again_by_itself(client):
    demo_progress.note(34, 82)

    page = client.get("/").content.decode()

    assert "演示城市正在生成：34/82" in page
    assert 'hx-get="/demo-progress" hx-trigger="every 3s"' in page


def test_without_scripts_the_line_has_a_link_that_loads_the_page_again(client):
    demo_progress.note(34, 82)

    assert '<a href="">重新载入</a>' in client.get("/").content.decode()


def test_the_line_asks_no_more_once_the_city_is_complete(client):
    demo_progress.note(82, 82)
    demo_progress.forget()

    line = client.get("/demo-progress").content.decode()

    assert "演示城市已生成" in line
    assert "hx-get" not in line
    assert "演示城市已生成" not in client.get("/").content.decode()


def test_a_portal_that_is_no_demonstration_shows_none(client, settings):
    settings.DEMO = False
    demo_progress.note(34, 82)

    assert "演示城市" not in client.get("/").content.decode()
