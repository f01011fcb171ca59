"""What a reader may find: the kinds within an API key's scopes, the documents that bear one of their tokens."""

from market.kernel.actor import Actor
from market.kernel.policy import audience_tokens
from search.documents import readable_kinds
from search.query import Scope, SearchQuery


def scope_of(actor: Actor, query: SearchQuery | None = None) -> Scope:
    """The actor's scope, narrowed to the kind that the query asks for."""
    wanted = query.kind if query else ""
    return Scope(
        audience=sorted(audience_tokens(actor)),
        kinds=[kind for kind in readable_kinds(actor) if wanted in ("", kind)],
    )
