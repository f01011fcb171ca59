"""The search engine is a part of /readyz."""

from market.kernel import health
from search.index import engine


def wire() -> None:
    health.register("elasticsearch", engine.state, is_required=False)
