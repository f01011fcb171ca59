"""That a row is under a signed head, shown with some twenty hashes and nothing of any other row."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from market.kernel.chain import hashing, heads, sequencer, sources, tree
from market.kernel.models import ChainHead, ChainLink
from market.kernel.problems import NotFound, Problem


class NotSealedYet(Problem):
    """The row waits for its link, or for a head above it; a minute later it has both."""

    status = 409
    code = "not_sealed_yet"
    title = _("该记录尚未列入已签名的审计链，请稍后再试")


def line(link: ChainLink, values: Mapping[str, str | None] | None) -> dict[str, Any]:
    """A sealed row as bundles and proofs show it: what may be seen in the clear, and the rest as hashes.

    `values` is None for a row that is gone. A field that the table no longer has shows the hash that was kept.
    """
    digest, veil, stored = hashing.DIGESTS[link.shape.algorithm], bytes(link.veil), bytes(link.field_hashes)
    names: list[str] = link.shape.fields
    hashes = [stored[at : at + hashing.SIZE] for at in range(0, len(stored), hashing.SIZE)]
    row = {
        "seq": link.seq,
        "source": link.source,
        "row": link.row_id,
        "salt": bytes(link.salt).hex(),
        "names": names,
        "fields": None,
        "hidden": {},
        "hashes": stored.hex(),
        "leaf": bytes(link.leaf).hex(),
        "link": bytes(link.link).hex(),
    }
    if values is None:
        return row
    hidden = {
        name: hashing.field_hash(digest, veil, name.encode(), values[name]).hex()
        for name in link.shape.hidden
        if name in values
    }
    gone = {name: found.hex() for name, found in zip(names, hashes, strict=False) if name not in values}
    shown = {name: values[name] for name in names if name in values and name not in hidden}
    return row | {"fields": shown, "hidden": hidden | gone}


def proof(source_name: str, row_id: str) -> dict[str, Any]:
    """The proof for one row, for a caller who let its reader see that row. Raises NotFound, NotSealedYet."""
    source = sources.source(source_name)
    link = ChainLink.objects.select_related("shape").filter(source=source_name, row_id=row_id).first()
    head = heads.latest()
    if source is None:
        raise NotFound
    if link is None or head is None or head.seq < link.seq:
        raise NotSealedYet
    known = [name for name in link.shape.fields if name in source.columns]
    texts = source.read(known, [row_id])
    if row_id not in texts:
        raise NotFound
    digest = hashing.DIGESTS[head.algorithm]
    path = tree.inclusion(digest, sequencer.read_hashes, link.seq - 1, head.seq)
    row = line(link, dict(zip(known, texts[row_id], strict=True)))
    return {"kind": "proof", "row": row, "path": [found.hex() for found in path], "head": heads.as_dict(head)}


def consistency(old: ChainHead, new: ChainHead) -> list[str]:
    """The hashes that show the chain of the old head to be the beginning of the new one's."""
    digest = hashing.DIGESTS[new.algorithm]
    return [found.hex() for found in tree.consistency(digest, sequencer.read_hashes, old.seq, new.seq)]
