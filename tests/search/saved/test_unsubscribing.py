"""One click ends a search's alerts: from the mail program, from the page, signed out; nobody else's address does."""

import re

import pytest
from django.core import mail
from django.test import Client

from market.notices.models import Notice
from search.saved import addresses
from tests.market.accounts.desk import actions
from tests.search.saved.conftest import run_alerts


@pytest.fixture
def message(cast, keep, publish):
    keep(cadence="at_once")
    publish()
    run_alerts()
    [sent] = mail.outbox
    return sent


def address_in(message):
    found = re.fullmatch(r"<https://market\.example(/[^>]+)>", message.extra_headers["List-Unsubscribe"])
    assert found
    return found.group(1)


def test_the_mail_carries_the_headers_and_the_link(message):
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"不再接收此类邮件：https://market.example{address_in(message)}" in message.body
    assert Notice.objects.get().unsubscribe_url == address_in(message)


def test_a_mail_program_ends_the_alerts_with_one_post_and_no_cookie(message, cast, keep, publish):
    [search] = cast_searches(cast)
    client = Client(enforce_csrf_checks=True)

    answer = client.post(address_in(message), {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    search.refresh_from_db()
    assert search.cadence == "none"
    assert actions(search) == ["saved_search.created", "saved_search.unsubscribed"]
    publish("铜合金第二号")
    run_alerts()
    assert len(mail.outbox) == 1


def cast_searches(cast):
    from search.saved.models import SavedSearch

    return list(SavedSearch.objects.filter(user=cast.enterprise_clerk.user_id))


def test_looking_at_the_page_ends_nothing(message, client, cast):
    page = client.get(address_in(message))

    assert page.status_code == 200
    assert "停止提醒" in page.content.decode()
    assert (page["Referrer-Policy"], page["Cache-Control"]) == ("no-referrer", "no-store")
    assert [search.cadence for search in cast_searches(cast)] == ["at_once"]

    assert "已停止" in client.post(address_in(message)).content.decode()
    assert "已停止" in client.post(address_in(message)).content.decode()
    assert [search.cadence for search in cast_searches(cast)] == ["none"]


def test_it_ends_that_search_and_no_other(message, client, cast, keep):
    other = keep("接触线", cadence="daily")

    client.post(address_in(message))

    other.refresh_from_db()
    assert other.cadence == "daily"


def test_one_click_ends_the_searches_of_a_letter_and_no_other(cast, keep, publish):
    told = [keep("铜合金", cadence="at_once"), keep("接触线", cadence="at_once")]
    others = [keep("果胶", cadence="at_once"), keep("铜合金", cadence="at_once", who="stranger")]
    publish()
    run_alerts()
    [message] = [sent for sent in mail.outbox if sent.to == ["enterprise-clerk@example.com"]]
    client = Client(enforce_csrf_checks=True)

    page = client.get(address_in(message)).content.decode()
    assert "“铜合金”、“接触线”" in page
    assert client.post(address_in(message), {"List-Unsubscribe": "One-Click"}).status_code == 200

    for search in told + others:
        search.refresh_from_db()
    assert [search.cadence for search in told + others] == ["none", "none", "at_once", "at_once"]


def test_each_search_of_a_letter_has_a_link_of_its_own(cast, keep, publish, client):
    first, second = keep("铜合金", cadence="at_once"), keep("接触线", cadence="at_once")
    publish()
    run_alerts()
    [message] = mail.outbox
    for search in (first, second):
        link = f"https://market.example{addresses.unsubscribe_path(search)}"
        assert f"只停止“{search.name}”：{link}" in message.body

    client.post(addresses.unsubscribe_path(second))

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.cadence, second.cadence) == ("at_once", "none")


def test_the_link_of_a_letter_whose_searches_are_gone_is_not_found(cast, keep, publish, client):
    kept = [keep("铜合金", cadence="at_once"), keep("接触线", cadence="at_once")]
    publish()
    run_alerts()
    for search in kept:
        search.delete()

    assert client.get(address_in(mail.outbox[0])).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_address_is_not_found(keep, client, method):
    search = keep(cadence="daily")
    good = addresses.unsubscribe_token(search)
    wrong = ["x", "a" * 5000, good[:-1], f"{good}x", good.replace(".", "~"), f"{'0' * 32}.{good.split('.')[1]}"]
    wrong += [addresses.feed_token(search), "%E2%80%AE", "..%2F"]

    for token in wrong:
        assert getattr(client, method)(f"/searches/unsubscribe/{token}").status_code == 404, token

    search.refresh_from_db()
    assert search.cadence == "daily"


def test_the_address_of_a_deleted_search_is_not_found(keep, client):
    search = keep(cadence="daily")
    token = addresses.unsubscribe_token(search)
    search.delete()

    assert client.get(f"/searches/unsubscribe/{token}").status_code == 404


def test_other_mails_have_no_such_header(cast):
    from market.notices.services import notify
    from tests.cast import MONDAY

    notify(kind="deal", title="项目", body="", url="/deals/", user_ids=[cast.broker.user_id], at=MONDAY)
    run_alerts()

    assert mail.outbox[0].extra_headers == {}
