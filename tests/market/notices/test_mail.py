"""The e-mail of a notice: its words, its language, and that it leaves once."""

from functools import partial

import pytest
from django.core import mail
from django.db import transaction

from market.accounts.models import User
from market.kernel import clock, deliveries
from market.kernel.models import Delivery, OutboxEvent
from market.notices import services
from market.notices.models import Notice
from tests.cast import MONDAY
from tests.running import run_workers
from tests.together import at_once


@pytest.fixture(autouse=True)
def _address(settings) -> None:
    settings.PUBLIC_URL = "https://market.example"


def test_a_mail_says_what_the_notice_says_and_leads_into_the_portal(cast, tell):
    tell()

    run_workers()

    [message] = mail.outbox
    assert (message.to, message.subject) == (["university-clerk@example.com"], "项目 XM2026-000001：洽谈中")
    assert message.body.split() == [
        "university-clerk：",
        *("项目", "XM2026-000001：洽谈中"),
        "请查看。",
        "查看详情：https://market.example/deals/1/",
        "此邮件由系统发送，请勿回复。",
    ]


def test_a_mail_without_an_address_has_no_link(cast, tell):
    tell(url="")

    run_workers()

    assert "market.example" not in mail.outbox[0].body


@pytest.mark.parametrize(
    ("language", "closing"),
    [("zh-hans", "此邮件由系统发送，请勿回复。"), ("en", "Please do not reply")],
)
def test_a_mail_is_framed_in_its_readers_language(cast, tell, language, closing):
    User.objects.filter(pk=cast.university_clerk.user_id).update(language=language)
    tell()

    run_workers()

    assert closing.lower() in mail.outbox[0].body.lower()


def test_a_title_cannot_add_a_header(cast, tell):
    tell(title="新的对接\nBcc: all@example.com")

    run_workers()

    assert mail.outbox[0].recipients() == ["university-clerk@example.com"]
    assert mail.outbox[0].subject == "新的对接 Bcc: all@example.com"


def test_a_mail_is_plain_text_and_carries_words_as_they_are(cast, tell):
    tell(body="甲 & 乙 <b>丙</b>")

    run_workers()

    assert "甲 & 乙 <b>丙</b>" in mail.outbox[0].body
    assert mail.outbox[0].content_subtype == "plain"


def test_who_is_no_longer_active_gets_no_mail(cast, tell):
    tell()
    User.objects.filter(pk=cast.university_clerk.user_id).update(is_active=False)

    run_workers()

    assert mail.outbox == []


def deliver_again(event: OutboxEvent) -> None:
    """As after a worker's death: the event is owed once more."""
    again = Delivery.objects.create(event=event, consumer="notices.mail", key=event.key, available_at=clock.now())
    deliveries.deliver(again.id)


def test_an_event_delivered_twice_sends_one_mail(cast, tell):
    tell()
    run_workers()

    deliver_again(OutboxEvent.objects.get(topic="market.notices.written"))

    assert len(mail.outbox) == 1
    assert Notice.objects.count() == 1
    assert Delivery.objects.filter(consumer="notices.mail").exists() is False


def test_control_an_event_delivered_twice_sends_two_where_the_first_left_no_mark(cast, tell):
    tell()
    run_workers()
    Notice.objects.update(mailed_at=None)

    deliver_again(OutboxEvent.objects.get(topic="market.notices.written"))

    assert len(mail.outbox) == 2


@pytest.mark.parametrize(("notices", "mails"), [(1, 1), (4, 4)], ids=["one notice", "control: four"])
def test_deliveries_at_once_send_one_mail_per_notice(committed_cast, notices, mails):
    user_id = committed_cast.university_clerk.user_id
    rows = [
        services.notify(kind="deal", title="新的对接", body="", url="", user_ids=[user_id], at=MONDAY)[0]
        for _ in range(notices)
    ]

    @transaction.atomic
    def send(notice):
        services.mail_notice(notice_id=notice.id, at=MONDAY)

    answers = at_once([partial(send, notice) for notice in rows * (4 // notices)])

    assert answers == [None] * 4
    assert len(mail.outbox) == mails


def test_a_mail_that_does_not_leave_is_tried_again(cast, tell, settings):
    notice = tell()
    delivery = Delivery.objects.get(consumer="notices.mail")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    deliveries.deliver(delivery.id)

    delivery.refresh_from_db()
    notice.refresh_from_db()
    assert (delivery.attempts, notice.mailed_at) == (1, None)

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    deliveries.deliver(delivery.id)

    assert len(mail.outbox) == 1
