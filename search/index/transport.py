"""The HTTP below the client of Elasticsearch: budgets, JSON, whole answers."""

from functools import cache
from typing import Any

from elastic_transport import ConnectionError, Urllib3HttpNode
from elastic_transport.client_utils import DEFAULT
from elasticsearch import ApiError as ApiError
from elasticsearch import Elasticsearch
from elasticsearch import NotFoundError as NotFoundError
from elasticsearch import TransportError as TransportError
from elasticsearch.serializer import (
    CompatibilityModeJsonSerializer,
    CompatibilityModeNdjsonSerializer,
    OrjsonSerializer,
)
from urllib3 import Timeout


class BoundedNode(Urllib3HttpNode):
    """An HTTP connection whose connecting has a budget of its own."""

    CONNECT_SECONDS = 0.3

    def perform_request(self, method: str, *args: Any, **options: Any) -> Any:
        """As the node's own; what was cut off behind its status line is no answer, whatever the status says."""
        seconds = options.get("request_timeout", DEFAULT)
        if seconds is DEFAULT:
            seconds = self.config.request_timeout
        budget = Timeout(connect=self.CONNECT_SECONDS, read=seconds)
        response = super().perform_request(method, *args, **(options | {"request_timeout": budget}))
        if method != "HEAD" and not response.body:
            raise ConnectionError("an answer without a body")
        return response


class FastJson(OrjsonSerializer):
    """What the engine answers is mostly text, which orjson reads and writes several times as fast."""

    mimetype = CompatibilityModeJsonSerializer.mimetype


class FastLines(CompatibilityModeNdjsonSerializer):
    json_dumps = OrjsonSerializer.json_dumps


@cache
def client(url: str, *, seconds: float) -> Elasticsearch:
    """The client of an address; `seconds` is the budget of a request that names no other."""
    return Elasticsearch(
        url,
        node_class=BoundedNode,
        serializers={serializer.mimetype: serializer for serializer in (FastJson(), FastLines())},
        request_timeout=seconds,
        max_retries=0,
        retry_on_timeout=False,
    )
