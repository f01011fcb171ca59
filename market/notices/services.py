"""Telling someone something: one call writes the inbox and sends the e-mail."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import lazy

from market.accounts.models import User
from market.accounts.queries import members_with_role
from market.kernel import outbox
from market.kernel.actor import Actor, Role
from market.notices import policy
from market.notices.events import NoticeWritten
from market.notices.models import LONGEST_BODY, LONGEST_TITLE, Notice, Words


@dataclass(frozen=True, slots=True)
class OutgoingNotice:
    """What one person is told; `url` and `unsubscribe_url` are paths of the portal.

    `words` are those of each language of the portal. Where the letter has parts that can be ended by themselves,
    `unsubscribe_links` holds name and path of each.
    """

    user_id: UUID
    kind: str
    words: Mapping[str, Words]
    url: str
    unsubscribe_url: str = ""
    unsubscribe_links: Sequence[tuple[str, str]] = ()


# Words that are put together anew in each language: `lazy_text(lambda: _("…") % {…})`.
lazy_text: Callable[[Callable[[], str]], Any] = lazy(lambda write: write(), str)


def in_every_language(write: Callable[[], Words]) -> dict[str, Words]:
    """What `write` says, by the code of each language that the portal speaks."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            title, body = write()
            found[language] = Words(title[:LONGEST_TITLE], body[:LONGEST_BODY])
    return found


@transaction.atomic
def notify(
    *,
    kind: str,
    title: Any,
    body: Any,
    url: str,
    at: datetime,
    organisation_id: UUID | None = None,
    roles: Iterable[Role] = (),
    user_ids: Iterable[UUID] = (),
) -> list[Notice]:
    """Tell the named people, and those who hold one of the roles in the organisation.

    `title` and `body` are plain, lazily translated or `lazy_text`; they are kept in every language, so that each person
    reads them in the own one. `url` is a path of the portal. Each person is told once however often named.
    """
    people = set(user_ids)
    if organisation_id is not None:
        people |= set(members_with_role(organisation_id, *roles).values_list("id", flat=True))
    known = User.objects.filter(id__in=people).order_by("id").values_list("id", flat=True)
    words = in_every_language(lambda: Words(str(title), str(body)))
    return send_notices([OutgoingNotice(person, kind, words, url) for person in known], at=at)


@transaction.atomic
def send_notices(letters: Sequence[OutgoingNotice], *, at: datetime) -> list[Notice]:
    """Tell each person something of their own; three statements, however many they are."""
    notices = Notice.objects.bulk_create(
        Notice(
            user_id=letter.user_id,
            kind=letter.kind,
            **letter.words[settings.LANGUAGE_CODE]._asdict(),
            translations={code: words for code, words in letter.words.items() if code != settings.LANGUAGE_CODE},
            url=letter.url,
            unsubscribe_url=letter.unsubscribe_url,
            unsubscribe_links=list(letter.unsubscribe_links),
            created_at=at,
        )
        for letter in letters
    )
    outbox.publish_all([NoticeWritten(notice_id=notice.id) for notice in notices], at=at)
    return notices


@transaction.atomic
def read_notice(*, actor: Actor, notice_id: UUID, at: datetime) -> Notice:
    """Mark a notice as read; reading again changes nothing."""
    notice = policy.notices.fetch(actor=actor, pk=notice_id, verb="read", lock=True)
    if notice.read_at is None:
        notice.read_at = at
        notice.save(update_fields=["read_at"])
    return notice


@transaction.atomic
def read_all(*, actor: Actor, at: datetime) -> int:
    """Mark the actor's whole inbox as read; returns how many were not."""
    return policy.notices.visible_to(actor).filter(read_at__isnull=True).update(read_at=at)


def mail_notice(*, notice_id: UUID, at: datetime) -> None:
    """Send the e-mail of a notice in its reader's language; called inside the delivery's transaction.

    A worker that dies between sending and committing sends once more: a second e-mail is the lesser harm.
    """
    notice = Notice.objects.select_for_update(of=("self",)).select_related("user").get(pk=notice_id)
    if notice.mailed_at is not None or not notice.user.is_active:
        return
    link = f"{settings.PUBLIC_URL}{notice.url}" if notice.url else ""
    unsubscribe = f"{settings.PUBLIC_URL}{notice.unsubscribe_url}" if notice.unsubscribe_url else ""
    parts = [(name, f"{settings.PUBLIC_URL}{path}") for name, path in notice.unsubscribe_links]
    context = {"notice": notice, "link": link, "unsubscribe": unsubscribe, "parts": parts}
    with translation.override(notice.user.language):
        title, text = notice.words.title, render_to_string("notices/email.txt", context)
    # RFC 8058: the mail program shows a button that posts to the address.
    headers = {"List-Unsubscribe": f"<{unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    EmailMessage(
        subject=" ".join(title.split()),
        body=text,
        to=[notice.user.email],
        headers=headers if unsubscribe and settings.PUBLIC_URL else {},
    ).send()
    Notice.objects.filter(pk=notice.pk).update(mailed_at=at)


def unread_count(user: User) -> int:
    return Notice.objects.filter(user=user, read_at__isnull=True).count()
