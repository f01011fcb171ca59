"""What a person may not see reaches them by no way that a saved search opens; what they may see does, as a control."""

import pytest
from django.core import mail

from market.accounts import services as accounts
from market.accounts.models import Membership
from market.kernel.models import OutboxEvent
from market.notices.models import Notice
from search.saved import addresses, digests
from search.saved.models import SavedSearchHit
from tests.cast import MONDAY
from tests.search.saved.conftest import LATER, run_alerts
from tests.search.saved.test_digests import TUESDAY

CANARY = "金丝雀七二九"
OTHERS = ("enterprise_clerk", "other_clerk", "broker", "registrar", "leader", "auditor", "stranger")
INSIDERS = ("university_clerk", "university_finance", "operator")


def everything_sent(client, searches):
    """Every byte that went out, by the person to whom it went."""
    sent = dict.fromkeys(searches, "")
    for name, kept in searches.items():
        for search in kept:
            sent[name] += client.get(addresses.feed_path(search)).content.decode()
            sent[name] += client.get(addresses.unsubscribe_path(search)).content.decode()
            notices = Notice.objects.filter(user=search.user_id)
            sent[name] += "".join(f"{notice.title}{notice.body}{notice.url}" for notice in notices)
            own = [message for message in mail.outbox if search.user.email in message.to]
            sent[name] += "".join(f"{message.subject}{message.body}{message.extra_headers}" for message in own)
    return sent


@pytest.fixture
def watched(keep):
    """Everyone asks for everything, for the word itself, and to be told by every cadence."""
    return {
        name: [keep(typed, who=name, cadence=cadence) for typed in ("", "铜合金") for cadence in ("at_once", "daily")]
        for name in (*OTHERS, *INSIDERS)
    }


def test_a_private_listing_reaches_its_own_people_and_nobody_else(cast, client, watched, publish):
    publish(f"铜合金{CANARY}", summary=f"铜合金，{CANARY}。", disclosure="organisation")
    publish("铜合金公开成果")
    run_alerts()
    digests.tell_due(at=TUESDAY)
    run_alerts(TUESDAY)

    sent = everything_sent(client, watched)

    assert [name for name in OTHERS if CANARY in sent[name]] == []
    assert [name for name in INSIDERS if CANARY not in sent[name]] == []
    assert [name for name, text in sent.items() if "铜合金公开成果" not in text] == []
    readers = {search.user_id for name in INSIDERS for search in watched[name]}
    private = SavedSearchHit.objects.exclude(saved_search__user__in=readers)
    assert private.values("object_id").distinct().count() == 1
    assert CANARY not in str(list(OutboxEvent.objects.values_list("payload", flat=True)))


def test_contacts_are_in_nothing_that_is_sent(cast, client, watched, publish):
    publish("铜合金公开成果", contact_name=CANARY, contact_phone="13800000000")
    run_alerts()
    digests.tell_due(at=TUESDAY)
    run_alerts(TUESDAY)

    sent = everything_sent(client, watched)

    assert [name for name, text in sent.items() if CANARY in text or "13800000000" in text] == []


@pytest.mark.parametrize("ended", ["before it was published", "before the digest", "never"])
def test_losing_membership_stops_it(cast, client, keep, publish, ended):
    search = keep(who="university_finance", cadence="daily")
    membership = Membership.objects.get(user=cast.university_finance.user_id)

    def end():
        accounts.end_membership(actor=cast.university_clerk, membership_id=membership.id, at=MONDAY)

    if ended == "before it was published":
        end()
    publish(f"铜合金{CANARY}", disclosure="organisation")
    run_alerts()
    if ended == "before the digest":
        end()
    digests.tell_due(at=TUESDAY)
    run_alerts(TUESDAY)

    sent = everything_sent(client, {"university_finance": [search]})["university_finance"]
    assert (CANARY in sent) is (ended == "never")
    assert (len(mail.outbox) == 1) is (ended == "never")
    assert search.hits.exists() is (ended == "never")


def test_a_person_of_two_organisations_asks_for_the_one_acted_for(cast, keep, publish):
    """A search kept for the enterprise tells nothing that only the person's university shows."""
    from dataclasses import replace

    person = cast.university_finance
    Membership.objects.create(user_id=person.user_id, organisation=cast.enterprise, roles=["finance"])
    other = replace(person, organisation_id=cast.enterprise.id, organisation_kind=cast.enterprise.kind)
    for_university, for_enterprise = keep(who=person), keep(who=other)
    publish(f"铜合金{CANARY}", disclosure="organisation")

    run_alerts(LATER)

    assert (for_university.hits.count(), for_enterprise.hits.count()) == (1, 0)
