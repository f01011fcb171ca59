from typing import NamedTuple

from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from market.accounts.models import User
from market.kernel.ids import new_id

LONGEST_TITLE, LONGEST_BODY = 200, 20_000


class Words(NamedTuple):
    """What a notice says, in one language."""

    title: str
    body: str


class Notice(models.Model):
    """Something a person was told; the inbox shows it and an e-mail repeats it.

    Title and body are in the portal's first language, `translations` says them in its others: whoever reads `words` has
    the language that is active then. Notices from before 0004 are in the language that their reader had.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(_("类别"), max_length=40)
    title = models.CharField(_("标题"), max_length=LONGEST_TITLE)
    body = models.TextField(_("内容"), max_length=LONGEST_BODY, blank=True)
    translations = models.JSONField(
        blank=True,
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        db_comment="Title and body by language code",
    )
    url = models.CharField(max_length=300, blank=True, db_comment="Path inside the portal")
    unsubscribe_url = models.CharField(
        max_length=300, blank=True, db_default="", default="", db_comment="Path whose POST ends e-mails like this"
    )
    unsubscribe_links = models.JSONField(
        blank=True,
        default=list,
        db_default=models.Value([], models.JSONField()),
        db_comment="Name and path of each part that can be ended by itself",
    )
    created_at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("通知")
        verbose_name_plural = _("通知")
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notice_inbox"),
            models.Index(fields=["user"], condition=models.Q(read_at__isnull=True), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def words(self) -> Words:
        """Title and body in the language that is active, as far as they were said in it."""
        return Words(*self.translations.get(translation.get_language(), (self.title, self.body)))
