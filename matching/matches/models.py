"""Which pairs fit, how far each listing was matched, what people said of pairs, and what was measured."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from listings.catalog.models import Achievement, Demand
from market.accounts.models import Organisation, User
from market.kernel.ids import new_id


class Level(models.IntegerChoices):
    """How well a pair fits: the four levels of judgement, in the words of those who judged."""

    NONE = 1, _("不匹配")
    WEAK = 2, _("弱匹配")
    FAIR = 3, _("较匹配")
    STRONG = 4, _("高度匹配")


class Kind(models.TextChoices):
    ACHIEVEMENT = "achievement", _("科技成果")
    DEMAND = "demand", _("技术需求")


class Match(models.Model):
    """A pair that fits at least weakly, as it was read last; derived data, made anew at any time.

    `reasons` keeps codes and stretches of the texts, never sentences, so that each reader gets their own language.
    """

    demand = models.ForeignKey(Demand, on_delete=models.CASCADE, related_name="matches")
    achievement = models.ForeignKey(Achievement, on_delete=models.CASCADE, related_name="matches")
    score = models.FloatField(db_comment="Of the model named; comparable among all its pairs")
    level = models.PositiveSmallIntegerField(choices=Level)
    features = models.JSONField(db_comment="Value by name of feature; absent where unknown")
    reasons = models.JSONField(db_comment="Shared phrases, facts that agree, facts that clash")
    model = models.CharField(max_length=60)
    demand_version = models.PositiveIntegerField()
    achievement_version = models.PositiveIntegerField()
    matched_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["demand", "achievement"], name="matched_once"),
            models.CheckConstraint(condition=Q(level__range=(2, 4)), name="only_what_fits_is_kept"),
        ]
        indexes = [
            models.Index(fields=["demand", "-score", "achievement"], name="match_by_demand"),
            models.Index(fields=["achievement", "-score", "demand"], name="match_by_achievement"),
        ]

    def __str__(self) -> str:
        return f"{self.demand_id} ↔ {self.achievement_id}"


class MatchState(models.Model):
    """How far a listing was matched, and since when it is due again; the queue of matching.

    A worker that takes it puts `claimed_until` on it; one that dies lets the claim run out.
    """

    kind = models.CharField(max_length=12, choices=Kind)
    listing_id = models.UUIDField()
    due_since_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    version = models.PositiveIntegerField(null=True, blank=True, db_comment="Of the listing that was matched")
    model = models.CharField(max_length=60, blank=True)
    is_degraded = models.BooleanField(default=False, db_comment="The engine was away: words alone proposed pairs")
    matched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "listing_id"], name="one_state_per_listing")]
        indexes = [
            models.Index(fields=["due_since_at", "id"], condition=Q(due_since_at__isnull=False), name="match_state_due")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.listing_id}"

    @property
    def is_waiting(self) -> bool:
        """It will be matched soon; what failed already is no promise."""
        return self.due_since_at is not None and not self.last_error


class MatchWatch(models.Model):
    """Someone wants to be told when a listing gets new matches, or, where `is_on` is false, wants no longer.

    The people of a demand's owner are told without a row (`watching`).
    """

    kind = models.CharField(max_length=12, choices=Kind)
    listing_id = models.UUIDField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    is_on = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "listing_id", "user"], name="watched_once_per_person")]

    def __str__(self) -> str:
        return f"{self.kind} {self.listing_id}"


class Verdict(models.Model):
    """What a party or a broker says of a pair, for its own organisation; the basis of the next training."""

    class Code(models.TextChoices):
        FITS = "fits", _("合适")
        WRONG_FIELD = "wrong_field", _("领域不符")
        IMMATURE = "immature", _("成熟度不足")
        TOO_DEAR = "too_dear", _("价格过高")
        ALREADY_SOLVED = "already_solved", _("需求已解决")
        DUPLICATE = "duplicate", _("重复")
        OTHER = "other", _("其他原因")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="verdicts")
    achievement = models.ForeignKey(Achievement, on_delete=models.PROTECT, related_name="verdicts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="verdicts")
    given_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    code = models.CharField(_("判断"), max_length=20, choices=Code)
    note = models.CharField(_("说明"), max_length=500, blank=True)
    level = models.PositiveSmallIntegerField(
        choices=Level, null=True, blank=True, db_comment="What the market had said"
    )
    model = models.CharField(max_length=60, blank=True)
    given_at = models.DateTimeField()

    class Meta:
        verbose_name = _("匹配判断")
        verbose_name_plural = _("匹配判断")
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "achievement", "organisation"], name="one_verdict_per_organisation"
            ),
            models.CheckConstraint(condition=~Q(code="other") | ~Q(note=""), name="other_says_what"),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()}: {self.demand_id} ↔ {self.achievement_id}"


class CorpusStatistics(models.Model):
    """How rare words are among the listings; one row, replaced as a whole."""

    content = models.BinaryField()
    documents = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.documents} documents"


class Evaluation(models.Model):
    """A recorded measurement of the ranker; the quality page shows the newest."""

    model = models.CharField(max_length=60)
    report = models.JSONField()
    evaluated_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-evaluated_at", "-id"], name="evaluation_newest")]

    def __str__(self) -> str:
        return f"{self.model} {self.evaluated_at:%Y-%m-%d}"


class ListingVectors(models.Model):
    """What the ranker's vectors of a listing's wording are; computed once for each content and model."""

    digest = models.CharField(primary_key=True, max_length=64, db_comment="SHA-256 of model, kind and wording")
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.digest


class MatchNews(models.Model):
    """A pair that somebody who watches a listing is to be told of, or was; each pair once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind, db_comment="Of the listing that is watched")
    listing_id = models.UUIDField()
    partner_id = models.UUIDField()
    found_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True, db_comment="Written with the notice")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "listing_id", "partner_id"], name="match_told_once")
        ]
        indexes = [
            models.Index(fields=["user"], condition=Q(told_at__isnull=True), name="match_news_untold"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.listing_id} ↔ {self.partner_id}"
