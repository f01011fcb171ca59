"""What one can do who has the database and the signing key, and leaves a chain that is whole in itself."""

from random import Random

from django.conf import settings

from contracts.turnover import sums
from contracts.turnover.models import TurnoverEntry
from market.kernel import clock
from market.kernel.chain import hashing, heads, sources, tree
from market.kernel.chain.sequencer import read_hashes
from market.kernel.models import ChainLink, ChainNode
from tests.contracts.audit.bundles import superuser

# By which finding a kept head shows it.
FOUND = {"cut_tail": "cut_off", "rewrite": "other_chain", "fork": "other_chain"}
TABLES = {
    "turnover.entry": "turnover_turnoverentry",
    "registration.event": "registration_registrationevent",
    "agreements.seal": "agreements_signature",
    "kernel.file": "kernel_privatefile",
    "kernel.audit": "kernel_auditrow",
}
SUMS = "contract_amount = contract_amount * 2, technology_amount = technology_amount * 2"


def cut_tail(drawn: Random) -> None:
    """The last rows never were: they, their links and every head are gone, and the rest is signed anew."""
    size = ChainLink.objects.count()
    last = size - drawn.randrange(1, size // 2)
    rows = list(ChainLink.objects.filter(seq__gt=last).values_list("source", "row_id"))
    # An event whose entry stays would be told: what goes is whole contracts, from the newest on.
    with superuser() as cursor:
        for source, row_id in rows:
            cursor.execute(f"DELETE FROM {TABLES[source]} WHERE id::text = %s", [row_id])  # noqa: S608
        cursor.execute("DELETE FROM kernel_chainlink WHERE seq > %s", [last])
        cursor.execute("DELETE FROM kernel_chainhead")
        cursor.execute("DELETE FROM kernel_chainnode")
    rebuild()


def rewrite(drawn: Random) -> None:
    """A contract was twice as large from the first day on, and the chain says so throughout."""
    entry = drawn.choice(list(TurnoverEntry.objects.filter(kind="registered").order_by("id")))
    with superuser() as cursor:
        cursor.execute(
            f"UPDATE turnover_turnoverentry SET {SUMS} WHERE event_id IN"  # noqa: S608
            " (SELECT id FROM registration_registrationevent WHERE registration_id = %s)",
            [entry.event.registration_id],
        )
        cursor.execute(
            f"UPDATE registration_registrationevent SET {SUMS} WHERE registration_id = %s",  # noqa: S608
            [entry.event.registration_id],
        )
    rebuild()


def fork(drawn: Random) -> None:
    """From a place on, somebody else is shown another chain of the same rows: other salts, as long, and signed."""
    rebuild(after=drawn.randrange(1, ChainLink.objects.count()), resalt=True)


def rebuild(*, after: int = 0, resalt: bool = False) -> None:
    """Make every hash anew from the rows as they are now, sign the end as if nothing else had ever been signed, and
    tell the figures that follow."""
    links = list(ChainLink.objects.select_related("shape").order_by("seq"))
    before = hashing.GENESIS
    with superuser() as cursor:
        cursor.execute("DELETE FROM kernel_chainhead")
        cursor.execute("DELETE FROM kernel_chainnode")
        for link in links:
            source = sources.source(link.source)
            assert source is not None
            values = source.read(link.shape.fields, [link.row_id])[link.row_id]
            salt = bytes(16) if resalt and link.seq > after else bytes(link.salt)
            found = hashing.field_hashes(
                hashing.sha256,
                link.shape.fields,
                values,
                hidden=link.shape.hidden,
                salt=salt,
                veil=bytes(link.veil),
            )
            leaf = hashing.leaf(hashing.sha256, link.source, link.row_id, found)
            before = hashing.link(hashing.sha256, before, link.seq, leaf)
            cursor.execute(
                "UPDATE kernel_chainlink SET salt = %s, field_hashes = %s, leaf = %s, link = %s WHERE seq = %s",
                [salt, b"".join(found), leaf, before, link.seq],
            )
        for level, number, node in tree.completed(hashing.sha256, read_hashes, 0, len(links)):
            ChainNode.objects.create(level=level, number=number, hash=node)
    assert settings.AUDIT_KEY
    for _month in sums.rebuild():
        pass
    heads.sign(at=clock.now())
