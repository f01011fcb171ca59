"""Telling: who gets a row in the inbox, and that each gets one."""

import pytest
from django.core import mail
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from market.accounts import services as accounts
from market.accounts.models import User
from market.kernel.actor import Role
from market.kernel.models import OutboxEvent
from market.notices import services
from market.notices.models import Notice
from tests import story as telling
from tests.cast import MONDAY, member
from tests.market.accounts.desk import membership
from tests.running import run_workers

WORDS = {"kind": "deal", "title": "新的对接", "body": "", "url": "/deals/1/"}


def told() -> list[str]:
    return sorted(Notice.objects.values_list("user__name", flat=True))


def mailed() -> list[str]:
    return sorted(address.partition("@")[0] for message in mail.outbox for address in message.to)


def test_one_call_is_one_row_and_one_mail(cast, tell):
    notice = tell()
    assert mail.outbox == []

    run_workers()

    assert told() == mailed() == ["university-clerk"]
    assert (notice.created_at, notice.read_at) == (MONDAY, None)
    notice.refresh_from_db()
    assert notice.mailed_at is not None


@pytest.mark.parametrize(
    ("roles", "names"),
    [
        ([Role.CLERK], ["university-clerk"]),
        ([Role.CLERK, Role.MANAGER], ["university-clerk"]),
        ([Role.FINANCE], ["university-finance"]),
        ([], ["university-clerk", "university-finance"]),
        ([Role.BROKER], []),
    ],
)
def test_those_are_told_who_hold_a_role_in_the_organisation(cast, roles, names):
    services.notify(organisation_id=cast.university.id, roles=roles, at=MONDAY, **WORDS)

    assert told() == names


def test_a_person_named_twice_is_told_once(cast):
    user_id = cast.university_clerk.user_id

    services.notify(
        organisation_id=cast.university.id, roles=[Role.CLERK], user_ids=[user_id, user_id], at=MONDAY, **WORDS
    )
    run_workers()

    assert told() == mailed() == ["university-clerk"]


def test_who_left_or_is_inactive_is_not_told(cast):
    member(cast.university, "former", Role.CLERK)
    User.objects.filter(name="former").update(is_active=False)
    row = membership(cast.university_finance, cast.university)
    accounts.end_membership(actor=cast.university_clerk, membership_id=row.id, at=MONDAY)

    services.notify(organisation_id=cast.university.id, at=MONDAY, **WORDS)

    assert told() == ["university-clerk"]


def test_what_is_rolled_back_was_never_told(cast, tell):
    with transaction.atomic():
        tell()
        transaction.set_rollback(True)
    run_workers()

    assert (told(), mail.outbox) == ([], [])
    assert OutboxEvent.objects.filter(topic="market.notices.written").exists() is False


def test_words_that_are_too_long_are_cut(cast, tell):
    notice = tell(title="长" * 300, body="长" * 30_000)

    notice.refresh_from_db()
    assert (len(notice.title), len(notice.body)) == (200, 20_000)


def test_an_introduction_tells_both_owners(cast):
    telling.opened(cast)
    run_workers()

    rows = Notice.objects.filter(kind="introduction").values_list("user__name", flat=True)
    assert sorted(rows) == ["enterprise-clerk", "university-clerk"]
    assert sorted({*mailed()}) == ["enterprise-clerk", "university-clerk"]


def test_each_reader_is_told_in_their_own_language(cast, api):
    """Whoever acts speaks Chinese here; who switched the portal to English reads English in the inbox and by mail."""
    english = api.as_(cast.enterprise_clerk)
    english.post("/i18n/setlang/", {"language": "en", "next": "/"})
    told_to = {name: getattr(cast, name).user_id for name in ("enterprise_clerk", "university_clerk")}

    # Told here and not taken from the kept story, whose notices were written before the switch.
    telling.open_deal(telling.publish(cast, title="铜合金接触线工艺"))
    run_workers()

    titles = {}
    for name, user in told_to.items():
        with translation.override(User.objects.get(pk=user).language):
            titles[name] = Notice.objects.filter(user=user, kind="introduction").get().words.title
    assert "为您对接" in titles["university_clerk"]
    assert "introduces" in titles["enterprise_clerk"] or "brought" in titles["enterprise_clerk"].lower(), titles
    [letter] = [message for message in mail.outbox if message.subject == titles["enterprise_clerk"]]
    assert letter.to == ["enterprise-clerk@example.com"]


def test_the_inbox_is_in_the_language_of_whoever_reads_it(cast, api):
    """Told while the reader read Chinese; the words come in both languages, on the page and in the API."""
    services.notify(
        kind="deal",
        title=services.lazy_text(lambda: _("%(name)s已通过核验") % {"name": "示例大学"}),
        body=gettext_lazy("现在可以发布成果与需求、签订合同。"),
        url="",
        user_ids=[cast.university_clerk.user_id],
        at=MONDAY,
    )
    client = api.as_(cast.university_clerk)

    found = {
        language: (
            client.get("/inbox/", headers={"Accept-Language": language}).content.decode(),
            client.get("/api/v1/notices", headers={"Accept-Language": language}).json()["items"][0],
        )
        for language in ("zh-hans", "en")
    }

    chinese = ("示例大学已通过核验", "现在可以发布成果与需求、签订合同。")
    english = ("示例大学 is verified", "It can now publish achievements and demands and sign contracts.")
    for language, (title, body) in {"zh-hans": chinese, "en": english}.items():
        page, item = found[language]
        assert title in page
        assert body in page
        assert (item["title"], item["body"]) == (title, body)


def test_a_language_that_the_portal_does_not_speak_changes_nothing(cast, api):
    api.as_(cast.enterprise_clerk).post("/i18n/setlang/", {"language": "xx", "next": "/"})

    assert User.objects.get(pk=cast.enterprise_clerk.user_id).language == "zh-hans"
