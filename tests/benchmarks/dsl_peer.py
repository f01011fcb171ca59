"""The other side of P10: the same index with django-elasticsearch-dsl, written as its documentation would have it.

Its documents are made by our own functions, so that both sides write the same; what differs is how rows are read and
documents are sent. `is_tuned` fetches the relations ahead, which its documentation does not mention.
"""

from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django_elasticsearch_dsl import Document
from django_elasticsearch_dsl.management.commands import search_index
from django_elasticsearch_dsl.registries import registry
from elasticsearch.dsl import Mapping, MetaField, connections

from listings.catalog import indexing
from listings.catalog.kinds import ACHIEVEMENT
from listings.catalog.kinds.patents import PATENTS
from listings.catalog.models import SHOWN_STATES, Achievement
from search.index import mapping as ours
from search.index.mapping import SETTINGS, source_of

CHUNK = 500


def rebuild(name: str, *, is_tuned: bool) -> Callable[[], str]:
    """`search_index --rebuild --parallel` of the achievements into an index of that name."""
    connections.configure(default={"hosts": settings.ELASTICSEARCH_URL, "request_timeout": 120})
    registry.__init__()
    registry.register_document(_document(name, is_tuned))
    command = search_index.Command(stdout=StringIO())

    def run() -> str:
        call_command(command, action="rebuild", models=["catalog.achievement"], force=True, parallel=True, refresh=True)
        return name

    return run


def _document(name: str, is_tuned: bool) -> Any:
    class AchievementDocument(Document):
        class Index:
            settings = SETTINGS

        class Meta:
            mapping = _mapping()
            dynamic = MetaField(ours.mapping().to_dict()["dynamic"])

        class Django:
            model = Achievement
            queryset_pagination = CHUNK if is_tuned else None

        def get_queryset(self) -> Any:
            rows = Achievement.objects.filter(state__in=SHOWN_STATES).select_related("owner")
            return rows.prefetch_related("patents") if is_tuned else rows

        def get_indexing_queryset(self) -> Iterator[Any]:
            # Read in a thread that ends without giving its connection back.
            try:
                yield from super().get_indexing_queryset()
            finally:
                connection.close()

        def prepare(self, instance: Achievement) -> dict[str, Any]:
            # Our function reads rows whose columns of the owner are beside the others.
            vars(instance).update(owner__name=instance.owner.name, owner__kind=instance.owner.kind)
            beneath = [(PATENTS, patent) for patent in instance.patents.all()]
            return source_of(indexing.document(ACHIEVEMENT, instance, beneath))

    AchievementDocument._index._name = name
    return AchievementDocument


def _mapping() -> Mapping:
    """Ours, field by field."""
    mapping = Mapping()
    for name, field in ours.mapping().to_dict()["properties"].items():
        mapping.field(name, field["type"], **{option: value for option, value in field.items() if option != "type"})
    return mapping
