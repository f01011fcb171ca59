"""Tables of the ground: outbox, audit, idempotency keys, jobs, files. None points upwards."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from market.kernel.ids import new_id


class Versioned(models.Model):
    """A row whose readers must name the version they read before they change it (ETag, If-Match)."""

    version = models.PositiveIntegerField(default=1, db_comment="Grows by one with each change; the ETag")

    class Meta:
        abstract = True

    def bump(self) -> None:
        """The next version; the caller holds the row's lock and saves."""
        self.version += 1


class OutboxEvent(models.Model):
    """One published fact."""

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=100)
    key = models.CharField(max_length=100, db_comment="Events of one key keep their order")
    payload = models.JSONField()
    occurred_at = models.DateTimeField(db_comment="When it became true; may lie long ago, as in an import")
    recorded_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"


class Delivery(models.Model):
    """An event still owed to a consumer; removed in the transaction of its effect."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    consumer = models.CharField(max_length=60)
    key = models.CharField(max_length=100)
    attempts = models.PositiveIntegerField(default=0)
    available_at = models.DateTimeField(db_comment="Not handed on before")
    dead_at = models.DateTimeField(null=True, db_comment="Given up; an operator may requeue it")
    last_error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(
                fields=["consumer", "key", "id"], condition=models.Q(dead_at__isnull=True), name="delivery_in_order"
            ),
            models.Index(
                fields=["consumer", "available_at"], condition=models.Q(dead_at__isnull=True), name="delivery_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consumer} {self.event_id}"


class AuditRow(models.Model):
    """Who did what to which row, written in the same transaction; the database refuses change and removal.

    Chaining these rows is done afterwards and beside them, so a row carries no hash of its own.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    action = models.CharField(max_length=100, db_comment="<noun>.<past tense verb>")
    subject_kind = models.CharField(max_length=60, db_comment="<app label>.<model>")
    subject_id = models.CharField(max_length=60)
    actor_user_id = models.UUIDField(null=True)
    actor_organisation_id = models.UUIDField(null=True)
    actor_api_key_id = models.UUIDField(null=True)
    changes = models.JSONField(default=dict, db_comment="What changed, as plain values")
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id", "id"], name="audit_by_subject")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_id}"


class IdempotencyKey(models.Model):
    """The stored answer to a request that may be repeated."""

    id = models.BigAutoField(primary_key=True)
    principal = models.CharField(max_length=120)
    route = models.CharField(max_length=300, db_comment="Method and path")
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["principal", "route", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"


class Job(models.Model):
    """Long work with progress, that can be cancelled, and resumed from its checkpoint."""

    class State(models.TextChoices):
        QUEUED = "queued", _("排队中")
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("失败")
        CANCELLED = "cancelled", _("已取消")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=60)
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    payload = models.JSONField(default=dict)
    checkpoint = models.JSONField(default=dict, db_comment="Where a restarted run goes on")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    is_cancel_requested = models.BooleanField(default=False)
    organisation_id = models.UUIDField(null=True, db_comment="Whose job it is")
    user_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    beat_at = models.DateTimeField(null=True, db_comment="Last sign of life while running")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "-created_at"], name="job_by_organisation")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class PrivateFile(models.Model):
    """One upload; its bytes lie once under their SHA-256, and only the policy of its subject opens them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sha256 = models.CharField(max_length=64, db_index=True)
    size_bytes = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100, db_comment="As found in the bytes, not as claimed")
    name = models.CharField(max_length=200, db_comment="As the uploader called it, cleaned")
    organisation_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    def evidence(self) -> dict[str, Any]:
        """What an audit row keeps of a file."""
        return {"file_id": str(self.id), "sha256": self.sha256, "size_bytes": self.size_bytes}


class UnsealedRow(models.Model):
    """A row that waits for its link; written by a trigger in the transaction of the row itself."""

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=40)
    row_id = models.CharField(max_length=40)
    written_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.source} {self.row_id}"


class SealShape(models.Model):
    """Which columns of a source a link covers, in order, and by which hash; a new row when that changes."""

    source = models.CharField(max_length=40)
    fields = models.JSONField()
    hidden = models.JSONField(db_comment="Of the fields: shown to nobody outside but as a hash")
    algorithm = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "fields", "hidden", "algorithm"], name="one_seal_shape"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.algorithm}"


class ChainLink(models.Model):
    """One sealed row: what its fields hash to, and its place in the chain. Append-only."""

    seq = models.BigIntegerField(primary_key=True, db_comment="From 1 without a gap")
    shape = models.ForeignKey(SealShape, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(max_length=40)
    row_id = models.CharField(max_length=40)
    salt = models.BinaryField()
    veil = models.BinaryField(db_comment="Salt of the fields that stay hidden; leaves the database with no bundle")
    field_hashes = models.BinaryField(db_comment="32 bytes for each field of the shape")
    leaf = models.BinaryField()
    link = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "row_id"], name="a_row_is_sealed_once")]

    def __str__(self) -> str:
        return f"{self.seq} {self.source} {self.row_id}"


class ChainNode(models.Model):
    """An inner node of the Merkle tree, kept for every eighth level. Append-only."""

    id = models.BigAutoField(primary_key=True)
    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "number"], name="one_node_per_place")]

    def __str__(self) -> str:
        return f"{self.level} {self.number}"


class ChainHead(models.Model):
    """What the chain came to at a time, signed; to be kept by somebody else as well. Append-only."""

    id = models.BigAutoField(primary_key=True)
    market = models.CharField(max_length=20)
    algorithm = models.CharField(max_length=10)
    seq = models.BigIntegerField(unique=True, db_comment="The last link under it: the size of the tree")
    link = models.CharField(max_length=64)
    root = models.CharField(max_length=64, db_comment="Merkle root over the leaves (RFC 6962)")
    at = models.CharField(max_length=32, db_comment="As signed; says when the signer's clock believed it was")
    key = models.CharField(max_length=64, db_comment="Ed25519 public key")
    signature = models.CharField(max_length=128)

    def __str__(self) -> str:
        return f"{self.seq} {self.root[:8]}"

    @property
    def signed_at(self) -> datetime:
        """`at` as an instant."""
        return datetime.fromisoformat(self.at)
