"""The private feed: what is in it, that it changes with what its owner may see, and that its address is the secret."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from listings.catalog import services as catalog
from market.accounts import services as accounts
from market.accounts.models import ApiKey, Membership, User
from search.find.query import parse
from search.saved import addresses, services
from tests.cast import MONDAY
from tests.market.accounts.desk import issue
from tests.search.saved.conftest import COPPER, LATER, run_alerts

ATOM = "{http://www.w3.org/2005/Atom}"


def read(client, search):
    answer = client.get(addresses.feed_path(search))
    assert answer.status_code == 200, answer
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ET.fromstring(answer.content)  # noqa: S314  our own answer


def titles(client, search):
    return [entry.findtext(f"{ATOM}title") for entry in read(client, search).iter(f"{ATOM}entry")]


def test_a_feed_reader_without_cookies_reads_the_newest_first(client, keep, publish):
    search = keep(name="铜合金成果")
    first, second = publish("铜合金甲"), publish("铜合金乙 <b>&", at=LATER + timedelta(minutes=1))
    run_alerts(LATER + timedelta(minutes=2))

    feed = read(client, search)

    assert feed.findtext(f"{ATOM}title") == "铜合金成果"
    entries = list(feed.iter(f"{ATOM}entry"))
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["铜合金乙 <b>&", "铜合金甲"]
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [f"urn:uuid:{second.id}", f"urn:uuid:{first.id}"]
    assert entries[1].find(f"{ATOM}link").get("href") == f"https://market.example/achievements/{first.id}/"


def test_it_holds_the_newest_fifty(client, keep, publish):
    search = keep()
    for number in range(52):
        publish(f"铜合金第{number}号", at=LATER + timedelta(seconds=number))
    run_alerts(LATER + timedelta(minutes=2))

    assert titles(client, search) == [f"铜合金第{number}号" for number in range(51, 1, -1)]


def test_it_is_private_and_is_not_sent_twice(client, keep, publish):
    search = keep()
    publish()
    run_alerts()

    first = client.get(addresses.feed_path(search))
    again = client.get(addresses.feed_path(search), headers={"If-None-Match": first["ETag"]})
    publish("铜合金第二号")
    run_alerts()
    changed = client.get(addresses.feed_path(search), headers={"If-None-Match": first["ETag"]})

    assert "private" in first["Cache-Control"]
    assert first["X-Robots-Tag"] == "noindex"
    assert (again.status_code, again.content) == (304, b"")
    assert "private" in again["Cache-Control"]
    assert changed.status_code == 200


def test_an_empty_feed_is_the_same_again(client, keep):
    search = keep()
    first = client.get(addresses.feed_path(search))

    assert client.get(addresses.feed_path(search), headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert titles(client, search) == []


def test_a_new_address_ends_the_old_one(cast, client, keep):
    search = keep()
    old = addresses.feed_path(search)

    search = services.renew_feed_token(actor=cast.enterprise_clerk, search_id=search.id, at=LATER)

    assert client.get(old).status_code == 404
    assert client.get(addresses.feed_path(search)).status_code == 200


def test_a_wrong_address_is_not_found(client, keep):
    search = keep()
    good = addresses.feed_token(search)
    wrong = ["x", good[:-1], good.replace("-1.", "-2."), addresses.unsubscribe_token(search), "a" * 5000, "%00"]

    assert {client.get(f"/searches/{token}.atom").status_code for token in wrong} <= {404, 422}
    search.delete()
    assert client.get(f"/searches/{good}.atom").status_code == 404


def test_what_vanished_or_was_hidden_is_left_out(cast, client, keep, publish):
    search = keep()
    gone, hidden, _kept = publish("铜合金甲"), publish("铜合金乙"), publish("铜合金丙")
    run_alerts()
    assert len(titles(client, search)) == 3

    owner = cast.university_clerk
    catalog.withdraw_listing(actor=owner, kind="achievement", listing_id=gone.id, version=None, at=LATER)
    catalog.update_listing(
        actor=owner,
        kind="achievement",
        listing_id=hidden.id,
        version=None,
        changes={"disclosure": "organisation"},
        at=LATER,
    )

    assert titles(client, search) == ["铜合金丙"]


def test_an_ended_membership_empties_it_of_what_only_members_see(cast, client, keep, publish):
    search = keep(who="university_finance")
    publish("铜合金内部", disclosure="organisation")
    publish("铜合金公开")
    publish("铜合金仅核验", disclosure="verified")
    run_alerts()
    assert sorted(titles(client, search)) == ["铜合金仅核验", "铜合金公开", "铜合金内部"]

    membership = Membership.objects.get(user=cast.university_finance.user_id)
    accounts.end_membership(actor=cast.university_clerk, membership_id=membership.id, at=LATER)

    assert titles(client, search) == ["铜合金公开"]


def test_who_was_closed_out_reads_nothing(cast, client, keep, publish):
    search = keep()
    publish()
    run_alerts()
    User.objects.filter(pk=cast.enterprise_clerk.user_id).update(is_active=False)

    assert titles(client, search) == []


@pytest.mark.parametrize(("scope", "found"), [("achievements:read", [COPPER]), ("demands:read", [])])
def test_a_keys_feed_ends_with_the_key_and_keeps_to_its_scopes(cast, client, publish, scope, found):
    from market.accounts.actors import actor_for_key

    row, token = issue(cast.enterprise_clerk, scopes=["searches:read", "searches:write", scope])
    actor = actor_for_key(token, at=MONDAY)
    search = services.save_search(actor=actor, name="机器", query=parse("铜合金"), cadence="none", at=MONDAY)
    publish()
    run_alerts()

    assert titles(client, search) == found
    ApiKey.objects.filter(pk=row.pk).update(revoked_at=LATER)
    assert titles(client, search) == []
