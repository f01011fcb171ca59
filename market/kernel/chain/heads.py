"""Signed heads: what the chain came to, in words that somebody else can keep.

A head is signed over the text of `signed_text`, with Ed25519 (RFC 8032). Whoever holds one can tell later whether the
chain still contains everything that it contained then.
"""

import fcntl
import hashlib
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from market.kernel.chain import sequencer, sources, tree
from market.kernel.models import ChainHead

TAIL_BYTES = 8192
FIELDS = ("market", "algorithm", "seq", "link", "root", "at")


def key() -> Ed25519PrivateKey | None:
    """The signing key of AUDIT_KEY, or None where there is none: its seed is the SHA-256 of the setting's text."""
    if not settings.AUDIT_KEY:
        return None
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(settings.AUDIT_KEY.encode()).digest())


def public_key() -> str:
    """What an auditor is given once, on another way than the bundles; empty where nothing is signed."""
    found = key()
    return found.public_key().public_bytes_raw().hex() if found else ""


def signed_text(head: dict[str, Any]) -> bytes:
    """The bytes under the signature: a title and the fields of the head, a line each."""
    return "\n".join(["technology-market audit head 1", *(str(head[name]) for name in FIELDS), ""]).encode()


def sign(*, at: datetime) -> ChainHead | None:
    """Sign the end of the chain, or find the head that has it already; None without a key or a link."""
    signer = key()
    if signer is None:
        return None
    with transaction.atomic():
        sequencer.lock()
        end = sequencer.end()
        if end.seq == 0:
            return None
        known = ChainHead.objects.filter(seq=end.seq).first()
        if known is not None:
            return known
        head: dict[str, Any] = {
            "market": settings.MARKET_CODE,
            "algorithm": end.algorithm,
            "seq": end.seq,
            "link": end.link.hex(),
            "root": tree.root(end.digest, sequencer.read_hashes, end.seq).hex(),
            "at": sources.instant(at),
        }
        signature = signer.sign(signed_text(head)).hex()
        return ChainHead.objects.create(**head, key=signer.public_key().public_bytes_raw().hex(), signature=signature)


def seal_and_sign(*, at: datetime) -> ChainHead | None:
    """Chain everything that is committed and sign it: before a figure is published or evidence is given out."""
    sequencer.seal_everything()
    head = sign(at=at)
    write_file()
    return head


def heads() -> QuerySet[ChainHead]:
    """Every head; the caller orders them. They are public."""
    return ChainHead.objects.all()


def latest() -> ChainHead | None:
    return ChainHead.objects.order_by("-seq").first()


def as_dict(head: ChainHead) -> dict[str, Any]:
    """A head as it is exported, and as the verifier takes it."""
    return {name: getattr(head, name) for name in (*FIELDS, "key", "signature")}


def file() -> Path:
    """Where heads are appended to, one JSON object a line; a job of the operating system carries it away."""
    return Path(settings.AUDIT_DIR) / "heads.jsonl"


def write_file() -> int:
    """Append the heads that the file does not have yet; returns how many. Safe to repeat after a kill."""
    path = file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as target:
        fcntl.flock(target, fcntl.LOCK_EX)
        whole, torn = _tail(target)
        if torn:
            target.write(b"\n")  # a line that a kill cut short; the whole one follows it
        rows = list(ChainHead.objects.filter(seq__gt=whole).order_by("seq"))
        for row in rows:
            target.write(json.dumps(as_dict(row)).encode() + b"\n")
        return len(rows)


def _tail(file: BinaryIO) -> tuple[int, bool]:
    """The sequence number of the last whole head in the file (0: none), and whether half a line stands after it."""
    file.seek(0, os.SEEK_END)
    file.seek(max(0, file.tell() - TAIL_BYTES))
    *whole, rest = file.read().split(b"\n")
    for line in reversed(whole):
        try:
            return int(json.loads(line)["seq"]), bool(rest)
        except (ValueError, KeyError, TypeError):
            continue  # torn, or the first of the piece that was read
    return 0, bool(rest)


def mail() -> bool:
    """Send the newest head to those who keep heads; whether there was one and somebody to send it to."""
    head = latest()
    if head is None or not settings.AUDIT_HEADS_TO:
        return False
    subject = _("审计链链头 %(seq)s") % {"seq": head.seq}
    body = _("请保存本邮件。日后可用其中的链头核对证据包。") + "\n\n" + json.dumps(as_dict(head)) + "\n"
    EmailMessage(subject, body, to=settings.AUDIT_HEADS_TO).send()
    return True
