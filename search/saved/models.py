"""Searches that people keep, and what was found for them since."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from market.accounts.models import ApiKey, Organisation, User
from market.kernel.ids import new_id


class Cadence(models.TextChoices):
    """How soon the owner is told."""

    AT_ONCE = "at_once", _("立即提醒")
    DAILY = "daily", _("每天汇总")
    WEEKLY = "weekly", _("每周汇总")
    NONE = "none", _("不提醒")


class SavedSearch(models.Model):
    """A query that is asked of every new listing, for the person or the API key that kept it.

    What is asked never changes; who wants another query saves another one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="saved_searches")
    api_key = models.ForeignKey(ApiKey, null=True, on_delete=models.CASCADE, related_name="saved_searches")
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.CASCADE, related_name="+", db_comment="For which the owner asks"
    )
    name = models.CharField(_("名称"), max_length=80)
    query = models.JSONField(db_comment="typed, kind, facets, sort")
    cadence = models.CharField(_("提醒方式"), max_length=10, choices=Cadence)
    rules = models.CharField(max_length=16, db_comment="Fingerprint of the rules that made the anchors")
    feed_serial = models.PositiveIntegerField(default=1, db_comment="Grows when the feed gets a new address")
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(
        null=True, db_comment="When its owner saw what it found; null: as it was saved. Later listings are news"
    )
    tells_since = models.DateTimeField(db_comment="What was found before is not told: nobody asked then")
    last_told_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "search_savedsearch"  # from when the index's app had it; so have the others
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=True) ^ Q(api_key__isnull=True), name="search_has_one_owner"
            ),
            models.CheckConstraint(condition=Q(user__isnull=False) | Q(cadence="none"), name="key_has_no_inbox"),
        ]
        indexes = [
            models.Index(fields=["rules"], name="saved_search_rules"),
            models.Index(fields=["user", "-created_at", "-id"], name="saved_search_of_user"),
            models.Index(fields=["cadence", "id"], name="saved_search_cadence"),
        ]

    def __str__(self) -> str:
        return self.name


class SavedSearchAnchor(models.Model):
    """A key that a listing may share with the query: who meets the query has one of its keys (matching.anchors)."""

    pk = models.CompositePrimaryKey("key", "saved_search")
    key = models.BigIntegerField()
    saved_search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="anchors")

    class Meta:
        db_table = "search_savedsearchanchor"

    def __str__(self) -> str:
        return f"{self.key} {self.saved_search_id}"


class SavedSearchHit(models.Model):
    """A new listing that met a saved search; told once, if at all."""

    id = models.BigAutoField(primary_key=True)
    saved_search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="hits")
    kind = models.CharField(max_length=20)
    object_id = models.UUIDField()
    found_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, db_comment="Written with the notice")

    class Meta:
        db_table = "search_savedsearchhit"
        constraints = [
            models.UniqueConstraint(fields=["saved_search", "kind", "object_id"], name="listing_told_once_per_search")
        ]
        indexes = [
            models.Index(fields=["saved_search", "-id"], name="hit_newest"),
            models.Index(fields=["saved_search", "found_at"], condition=Q(told_at__isnull=True), name="hit_untold"),
            models.Index(fields=["found_at"], name="hit_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.object_id}"
