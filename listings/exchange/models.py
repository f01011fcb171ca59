"""The feed to other markets, and the feeds that come from them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from market.accounts.models import Organisation


class FeedItem(models.Model):
    """A listing's place in our feed: its newest change, or the tombstone that it left.

    One writer at a time gives out `sequence`, so the numbers become visible in their order and a reader who goes on
    from one of them misses nothing.
    """

    sequence = models.BigIntegerField(unique=True)
    kind = models.CharField(max_length=20, db_comment="Code of a kind of listing")
    listing_id = models.UUIDField()
    version = models.PositiveIntegerField(default=0)
    is_deleted = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("交换条目")
        verbose_name_plural = _("交换条目")
        constraints = [models.UniqueConstraint(fields=["kind", "listing_id"], name="feed_once_per_listing")]
        indexes = [models.Index(fields=["changed_at"], name="feed_by_time")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.kind} {self.listing_id}"


class FeedSource(models.Model):
    """Another market whose feed is pulled; its listings belong to its organisation here."""

    code = models.SlugField(_("代码"), max_length=30, unique=True)
    url = models.URLField(_("地址"), max_length=300)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="feeds")
    cursor = models.CharField(max_length=1000, blank=True, db_comment="Where the next pull goes on")
    pulled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("上游市场")
        verbose_name_plural = _("上游市场")

    def __str__(self) -> str:
        return self.code
