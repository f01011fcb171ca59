from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from market.kernel.money import MoneyField


class SearchDocument(models.Model):
    """The fallback's copy of a document: the same tokens, answered by PostgreSQL while Elasticsearch is away."""

    key = models.CharField(primary_key=True, max_length=60, db_comment="<kind>:<id>")
    kind = models.CharField(max_length=20)
    object_id = models.UUIDField()
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    text = models.TextField()
    tokens = SearchVectorField(db_comment="Our own tokens; title bigrams weigh A, text bigrams C")
    audience = ArrayField(models.CharField(max_length=60))
    labels = ArrayField(models.CharField(max_length=80), db_comment="<facet>=<code>, identifier=<text>")
    owner = models.CharField(max_length=40)
    is_open = models.BooleanField()
    amount = MoneyField(null=True)
    published_at = models.DateTimeField()
    analysis = models.PositiveSmallIntegerField(
        default=0, db_default=0, db_index=True, db_comment="Of which the tokens are; see mapping.ANALYSIS"
    )

    class Meta:
        indexes = [
            GinIndex(fields=["tokens"], name="document_tokens"),
            GinIndex(fields=["audience"], name="document_audience"),
            GinIndex(fields=["labels"], name="document_labels"),
            models.Index(fields=["-published_at", "key"], name="document_newest"),
        ]

    def __str__(self) -> str:
        return self.key


class TextVector(models.Model):
    """What a title means to the language model; made once for a content and never changed."""

    digest = models.CharField(primary_key=True, max_length=64, db_comment="SHA-256 of model and title")
    sentence = models.BinaryField(db_comment="float16[384], of length one")

    def __str__(self) -> str:
        return self.digest
