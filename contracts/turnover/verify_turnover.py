#!/usr/bin/env python3
"""Checks a bundle of evidence for the figure 技术合同成交额, or the proof for one row, without any other program.

    python3 verify_turnover.py BUNDLE [--head HEADS] [--key PUBLICKEY] [--json]

BUNDLE is one text file, a JSON object a line: header; signed heads; forms (which columns of a table are sealed, in
order); published figures; every sealed row in its order; rows that waited, or lie outside the chain; end. HEADS are
heads that somebody else kept (a line each, or an answer of /api/v1/audit/heads). PUBLICKEY is the market's key in
hexadecimal, got on another way than the bundle.

What is recomputed, H being SHA-256 or SM3 and + joining bytes:
    field hash = H(salt + name + 00 + "n") for nothing, H(salt + name + 00 + "s" + text) for a text in UTF-8
    leaf       = H(00 + source + 00 + row id + 00 + the field hashes in the order of the form)
    link       = H(02 + link before + sequence number in 8 bytes + leaf); the first follows on 32 bytes of zero
    root       = the Merkle root over the leaves (RFC 6962, section 2.1): H(01 + left + right)
A head is signed with Ed25519 (RFC 8032). Of a hidden field the bundle shows the hash alone.

Exit code: 0 nothing found, 1 something found, 2 the file cannot be read. Needs Python 3.9 or later and no package.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import struct
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

Row = dict[str, Any]
Digest = Callable[[bytes], bytes]
HEAD_FIELDS = ("market", "algorithm", "seq", "link", "root", "at")


# 1. Hashes
def sm3(data: bytes) -> bytes:
    """SM3 (GB/T 32905-2016), written out because not every Python has it."""
    mask = 0xFFFFFFFF

    def turn(x: int, n: int) -> int:
        n %= 32
        return ((x << n) | (x >> (32 - n))) & mask

    padded = data + b"\x80" + bytes(-(len(data) + 9) % 64) + struct.pack(">Q", 8 * len(data))
    state = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    for at in range(0, len(padded), 64):
        w = list(struct.unpack(">16I", padded[at : at + 64]))
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ turn(w[j - 3], 15)
            w.append(x ^ turn(x, 15) ^ turn(x, 23) ^ turn(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = state
        for j in range(64):
            t = 0x79CC4519 if j < 16 else 0x7A879D8A
            one = turn((turn(a, 12) + e + turn(t, j)) & mask, 7)
            two = one ^ turn(a, 12)
            ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
            gg = e ^ f ^ g if j < 16 else (e & f) | (~e & mask & g)
            to_a = (ff + d + two + (w[j] ^ w[j + 4])) & mask
            to_e = (gg + h + one + w[j]) & mask
            a, b, c, d, e, f, g, h = to_a, a, turn(b, 9), c, to_e ^ turn(to_e, 9) ^ turn(to_e, 17), e, turn(f, 19), g
        state = [x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h))]
    return struct.pack(">8I", *state)


DIGESTS: dict[str, Digest] = {"sha256": lambda data: hashlib.sha256(data).digest(), "sm3": sm3}

# 2. Ed25519 (RFC 8032)
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]  # extended homogeneous coordinates X, Y, Z, T


def add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(factor: int, p: Point) -> Point:
    q: Point = (0, 1, 1, 0)
    while factor > 0:
        if factor & 1:
            q = add(q, p)
        p, factor = add(p, p), factor >> 1
    return q


def point(data: bytes) -> Point | None:
    """The point of 32 bytes, or None where there is none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


BASE = point(bytes([0x58] + [0x66] * 31))


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature of the message is by the owner of the public key."""
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER or len(key) != 32 or len(signature) != 64:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left, right = times(s, BASE), add(r, times(h, a))  # type: ignore[arg-type]
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# 3. Merkle tree
class Tree:
    """A growing tree, of which only the whole left parts are kept: one for each bit of its size."""

    def __init__(self, digest: Digest) -> None:
        self.digest, self.size = digest, 0
        self.parts: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        self.size += 1
        rest = self.size
        while rest & 1 == 0:
            leaf, rest = self.digest(b"\1" + self.parts.pop() + leaf), rest >> 1
        self.parts.append(leaf)

    def root(self) -> bytes:
        found = self.parts[-1]
        for part in reversed(self.parts[:-1]):
            found = self.digest(b"\1" + part + found)
        return found


def root_of_path(digest: Digest, leaf: bytes, number: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that a path leads to from leaf `number` of `size`; None for a path of another length (RFC 9162)."""
    last, found = size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if number & 1 or number == last:
            found = digest(b"\1" + step + found)
            while number & 1 == 0 and number:
                number, last = number >> 1, last >> 1
        else:
            found = digest(b"\1" + found + step)
        number, last = number >> 1, last >> 1
    return found if last == 0 else None


# 4. What is found is told
class Findings(list[dict[str, Any]]):
    """Everything that does not hold, with the row and the field, in both languages; `notes` accuse nobody."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[str] = []

    def tell(self, code: str, row: Row, field: str, words: str) -> None:
        where = {"seq": row.get("seq"), "source": row.get("source", "head"), "row": row.get("row", row.get("at"))}
        self.append({"code": code, **where, "field": field, "words": words})


# 5. The chain
class Chain:
    """Follows the rows in their order; a row that does not hold does not spoil the ones after it."""

    def __init__(self, digest: Digest, findings: Findings) -> None:
        self.digest, self.findings = digest, findings
        self.tree, self.link, self.seq = Tree(digest), bytes(32), 0
        self.forms: dict[int, list[str]] = {}  # the names of the sealed columns, in order

    def hashes(self, row: Row) -> bytes:
        """The hashes of all fields as the row now is, joined; a hidden one's as it is given."""
        names = self.forms[row["shape"]]
        salt, fields, hidden, digest = bytes.fromhex(row["salt"]), row["fields"], row["hidden"], self.digest
        if len(fields) + len(hidden) != len(names):
            self.findings.tell("touched", row, "form", "字段与封存时不同 / other fields than were sealed")
        texts = [f"{name}\0n" if fields.get(name) is None else f"{name}\0s{fields[name]}" for name in names]
        found = [
            bytes.fromhex(hidden[name]) if name in hidden else digest(salt + text.encode())
            for name, text in zip(names, texts)
        ]
        return b"".join(found)

    def leaf(self, row: Row, hashes: bytes) -> bytes:
        return self.digest(b"\0" + row["source"].encode() + b"\0" + row["row"].encode() + b"\0" + hashes)

    def follow(self, row: Row) -> None:
        """Check one sealed row and go on to the next."""
        seq = row["seq"]
        if seq != self.seq + 1:
            lost = f"{self.seq + 1}–{seq - 1}"
            self.findings.tell("gap", row, "seq", f"此行之前缺少 {lost} / {lost} missing before this row")
        hashes = b"" if row["fields"] is None else self.hashes(row)
        leaf = self.leaf(row, hashes)
        link = self.digest(b"\2" + self.link + seq.to_bytes(8, "big") + leaf)
        if row["fields"] is None or (hashes.hex(), leaf.hex(), link.hex()) != (row["hashes"], row["leaf"], row["link"]):
            leaf, link = self.examine(row, hashes, is_after_gap=seq != self.seq + 1)
        self.tree.append(leaf)
        self.link, self.seq = link, seq

    def examine(self, row: Row, hashes: bytes, *, is_after_gap: bool) -> tuple[bytes, bytes]:
        """Say what of a row was touched; returns the leaf and the link to go on with.

        The link decides what is true: it was made from one leaf, and that from one list of field hashes.
        """
        kept, stored, link = (bytes.fromhex(row[name]) for name in ("hashes", "leaf", "link"))
        by_row, by_kept = self.leaf(row, hashes), self.leaf(row, kept)
        before = b"\2" + self.link + row["seq"].to_bytes(8, "big")
        true = next((leaf for leaf in (by_row, by_kept, stored) if self.digest(before + leaf) == link), None)
        found: dict[str, str] = {}
        if true is None:
            true = stored
            if not is_after_gap:  # after a gap nobody knows what the link follows on
                found["link"] = "链值与前一行不符 / the link does not follow on the row before"
                link = self.digest(before + true)
        if row["fields"] is None and by_kept == true:
            found["*"] = "该行已被删除 / the row was removed"
        elif by_kept == true:
            found.update(dict.fromkeys(self.touched(row, hashes, kept), "该字段被改动 / the field was changed"))
        elif by_row == true:
            names = self.touched(row, hashes, kept)
            found.update({f"hash of {name}": "字段散列被改动 / the kept hash was changed" for name in names})
        else:
            found["identity"] = "行号、来源或字段表被改动 / the row's id, source or form was changed"
        if stored != true:
            found["leaf"] = "叶值被改动 / the leaf was changed"
        for name, words in found.items():
            self.findings.tell("touched" if row["fields"] is not None else "missing", row, name, words)
        return true, link

    def touched(self, row: Row, hashes: bytes, kept: bytes) -> list[str]:
        """Names of the fields whose hashes differ; where all of one salt differ, it is the salt."""
        names, hidden = self.forms[row["shape"]], row["hidden"]
        if len(kept) != len(hashes):
            return ["form"]
        found = [name for i, name in enumerate(names) if hashes[32 * i : 32 * i + 32] != kept[32 * i : 32 * i + 32]]
        for salt, group in (("salt", set(names) - set(hidden)), ("veil", set(hidden))):
            if len(group) > 1 and group <= set(found):
                found = [salt, *(name for name in found if name not in group)]
        return found


# 6. Signed heads
class Heads:
    """Heads of the bundle, and heads that somebody else kept; each is compared when the chain reaches it."""

    def __init__(self, findings: Findings, keys: list[str], kept: list[Row]) -> None:
        self.findings, self.kept, self.seqs = findings, kept, list[int]()
        self.keys = set(keys) or {head["key"] for head in kept}
        self.at: dict[int, list[tuple[Row, bool]]] = defaultdict(list)
        for head in kept:
            self.expect(head, is_kept=True)

    def expect(self, head: Row, *, is_kept: bool = False) -> None:
        text = "\n".join(["technology-market audit head 1", *(str(head[name]) for name in HEAD_FIELDS), ""]).encode()
        if not is_signed(bytes.fromhex(head["key"]), text, bytes.fromhex(head["signature"])):
            self.findings.tell(
                "head_signature", head, "signature", "链头签名不成立 / the head's signature does not hold"
            )
        elif self.keys and head["key"] not in self.keys:
            self.findings.tell("head_key", head, "key", "链头由另一把密钥签名 / the head is signed with another key")
        self.seqs += [] if is_kept else [head["seq"]]
        self.at[head["seq"]].append((head, is_kept))

    def compare(self, seq: int, **values: str) -> None:
        """When the chain has come to a head's sequence number, with its link and root."""
        for head, is_kept in self.at.pop(seq, ()):
            for name in (name for name, value in values.items() if head[name] != value):
                if is_kept:
                    words = "与外部保存的链头不符：链被改写或分叉 / not the chain of the kept head: rewritten or forked"
                    self.findings.tell("other_chain", head, name, words)
                else:
                    self.findings.tell("head_differs", head, name, "链与链头不符 / the chain is not what the head says")

    def finish(self, last: int) -> None:
        for head in (head for waiting in self.at.values() for head, _ in waiting):
            self.findings.tell(
                "cut_off", head, "seq", f"链止于 {last}，尾部被截去 / ends at {last}, its tail was cut off"
            )


# 7. The ledger against its registration events
ENTRY, EVENT, SEAL, FILE = "turnover.entry", "registration.event", "agreements.seal", "kernel.file"
OWN = {"id", "event_id", "known_at"}  # what an entry has of its own; everything else is its event's


class Ledger:
    """Entries against events, and what each contract comes to in the order of its entries."""

    def __init__(self, findings: Findings) -> None:
        self.tell = partial(findings.tell, "ledger")
        self.events: dict[str, dict[str, str]] = {}  # those that have no entry yet
        self.contracts: dict[str, list[Row]] = defaultdict(list)  # entries by registration
        self.days: dict[str, list[Row]] = defaultdict(list)  # entries by day of effect
        self.wanted = {"kind", "contracts", "seller_region", "buyer_region", "known_at"}  # of an entry, for the sums
        self.seals: dict[str, str] = {}
        self.files: dict[str, str] = {}

    def take(self, row: Row) -> None:
        """Keep what the checks need of a row, whatever it is of."""
        fields, source = row["fields"], row["source"]
        if fields is None:
            return
        if source == EVENT:
            self.events[row["row"]] = fields
        elif source == ENTRY:
            self.enter(row, fields)
        elif source == FILE:
            self.files[row["row"]] = fields["sha256"]
        elif source == SEAL:
            document = self.seals.setdefault(fields["contract_id"], fields["document_sha256"])
            if document != fields["document_sha256"]:
                self.tell(row, "document_sha256", "双方签署的文本不同 / the two seals are for different texts")
            if self.files.get(fields["scan_id"], fields["scan_sha256"]) != fields["scan_sha256"]:
                self.tell(row, "scan_sha256", "与所存文件的散列不符 / not the hash of the stored file")

    def enter(self, row: Row, fields: dict[str, str]) -> None:
        event = self.events.pop(fields["event_id"], None)
        if event is None:
            self.tell(row, "event_id", "无对应登记事项，或重复入账 / no registration event, or entered twice")
            return
        for name, source in [("known_at", "recorded_at"), *((name, name) for name in fields if name not in OWN)]:
            if fields[name] != event[source]:
                self.tell(row, name, f"登记事项为 {event[source]} / the event says {event[source]}")
        fen = {name: int(Decimal(fields[name]) * 100) for name in ("contract_amount", "technology_amount")}
        kept = {name: sys.intern(fields[name]) for name in self.wanted}
        entry: Row = {**kept, **fen, "seq": row["seq"], "source": ENTRY, "row": row["row"]}
        self.contracts[event["registration_id"]].append(entry)
        self.days[fields["effective_on"]].append(entry)

    def check(self) -> None:
        """Every contract on its own: registered once, with the right signs, never below nothing, nothing at its end."""
        waiting = {event["registration_id"]: "corrected" for event in self.events.values()}
        for registration, entries in self.contracts.items():
            entries.sort(key=lambda entry: int(entry["row"]))
            kinds = [entry["kind"] for entry in entries]
            if kinds.count("registered") != 1 or kinds[0] != "registered":
                self.tell(entries[0], "kind", "不是恰好登记一次 / not registered exactly once, first of all")
            contract = technology = 0
            for entry, after in zip(entries, [*kinds[1:], waiting.get(registration)]):
                amounts = entry["contract_amount"], entry["technology_amount"]
                contract, technology = contract + amounts[0], technology + amounts[1]
                is_end = entry["kind"] in ("cancelled", "revoked")
                if (entry["kind"] == "registered" and min(amounts) <= 0) or (is_end and max(amounts) > 0):
                    self.tell(entry, "contract_amount", "金额正负号不对 / the amounts have the wrong sign")
                # A correction takes all out of the wrong cell first, then puts it into the right one.
                if min(contract, technology) < 0 and not entry["kind"] == after == "corrected":
                    self.tell(entry, "contract_amount", "合同累计金额为负 / the contract comes to less than nothing")
                if is_end and (contract or technology):
                    self.tell(entry, "contract_amount", "终止后仍有余额 / something is left after the end")


# 8. Published figures
def sum_of(days: dict[str, list[Row]], figure: Row) -> dict[str, int]:
    """Both amounts in fen and the contracts of a figure, from the entries.

    first, last: days of effect, both included; region and side: output (sellers in it), absorption (buyers), intra
    (both); known_before: entries known before this instant; up_to_entry: entries with no larger id; where: values that
    fields of the entry have.
    """
    region, side = figure["region"], figure["side"]
    inside = region[:2] if region.endswith("0000") else region[:4] if region.endswith("00") else region  # GB/T 2260
    before, newest, where = figure["known_before"], figure["up_to_entry"], figure["where"].items()
    sums = {"contract_amount": 0, "technology_amount": 0, "contracts": 0}
    for day in (day for day in days if figure["first"] <= day <= figure["last"]):
        for entry in days[day]:
            is_in = (
                (side == "absorption" or entry["seller_region"].startswith(inside))
                and (side == "output" or entry["buyer_region"].startswith(inside))
                and (before is None or entry["known_at"] < before)
                and (newest is None or int(entry["row"]) <= newest)
                and all(entry[name] == value for name, value in where)
            )
            for name in sums if is_in else ():
                sums[name] += int(entry[name])
    return sums


# 9. The whole bundle, or one proof
def check_bundle(header: Row, lines: Iterator[Row], heads: Heads, findings: Findings) -> str:
    """Go through a bundle once; returns a sentence in both languages about what was checked."""
    chain, ledger = Chain(DIGESTS[header["algorithm"]], findings), Ledger(findings)
    figures: list[Row] = []
    waiting, is_whole = 0, False
    for count, line in enumerate(lines, 2):
        kind = line["kind"]
        is_whole = kind == "end" and line["lines"] == count
        if kind == "row":
            chain.follow(line)
            if line["seq"] in heads.at:
                heads.compare(chain.seq, link=chain.link.hex(), root=chain.tree.root().hex())
            ledger.take(line)
        elif kind == "head":
            heads.expect(line)
        elif kind == "shape":
            chain.forms[line["shape"]] = line["names"]
        elif kind == "waiting":
            waiting += 1
            ledger.take(line)
        elif kind == "outside":
            findings.tell("outside", line, "*", "该行不在审计链中 / the row is not in the chain: it came past it")
        elif kind == "figure":
            figures.append(line)
            ledger.wanted |= line["where"].keys()
    if not is_whole:
        raise ValueError("the bundle ends early")
    heads.finish(chain.seq)
    ledger.check()
    for figure in figures:
        for name, found in sum_of(ledger.days, figure).items():
            text = str(found) if name == "contracts" else f"{Decimal(found) / 100:.2f}"
            if Decimal(figure[name]) != Decimal(text):
                words = f"公布 {figure[name]}，应为 {text} / published {figure[name]}, is {text}"
                findings.tell("figure", {"source": "figure", "row": figure["name"]}, name, words)
    for number, words in (
        (waiting, "{0} 行导出时尚未封存 / {0} rows were not sealed yet when this was made"),
        (len(ledger.events), "{0} 个登记事项未入账 / {0} registration events have no entry yet"),
        (chain.seq - max(heads.seqs, default=0), "{0} 行没有签名链头 / {0} rows are under no signed head"),
    ):
        findings.notes += [words.format(number)] if number > 0 else []
    numbers = chain.seq, len(heads.seqs), sum(map(len, ledger.days.values())), len(ledger.contracts), len(figures)
    chinese = "已核对 {} 行、{} 个链头、{} 笔分录、{} 项合同、{} 个公布数".format(*numbers)
    return chinese + " / checked {} rows, {} heads, {} entries, {} contracts, {} figures".format(*numbers)


def check_proof(proof: Row, _: Iterator[Row], heads: Heads, findings: Findings) -> str:
    """The proof for one row: its fields make the leaf, the path leads from there to the signed root."""
    row, head = {**proof["row"], "shape": 0}, proof["head"]
    chain = Chain(DIGESTS[head["algorithm"]], findings)
    chain.forms[0] = row["names"]
    hashes, kept = chain.hashes(row), bytes.fromhex(row["hashes"])
    for name in chain.touched(row, hashes, kept):
        findings.tell("touched", row, name, "该字段被改动 / the field was changed")
    path = [bytes.fromhex(step) for step in proof["path"]]
    root = root_of_path(chain.digest, chain.leaf(row, kept), row["seq"] - 1, head["seq"], path)
    if root is None or root.hex() != head["root"]:
        findings.tell("touched", row, "path", "证明不通向链头 / the path does not lead to the head")
    heads.expect(head)
    heads.compare(head["seq"], link=head["link"], root=head["root"])
    return "已核对一行的证明 / checked the proof for one row: {source} {row}".format(**row)


def limits(heads: Heads, keys: list[str]) -> Iterator[str]:
    """What this run could not have found."""
    if not heads.kept:
        yield "未提供外部保存的链头（--head）：无法发现尾部被截去、持密钥者整链改写、以及对不同人出示不同的链（分叉）。"
        yield "No head kept by somebody else was given (--head): a tail that was cut off, a whole chain rewritten by"
        yield "the holder of the key, and a fork (another chain shown to somebody else) CANNOT be found."
    if not keys:
        yield "未提供公钥（--key）：签名用文件自带的公钥核对，不能证明是谁签的。"
        yield "No key was given (--key): the signatures fit the key in the file, which does not prove whose it is."


def read_heads(path: str) -> list[Row]:
    """Heads a line each, or an answer of the API with its `items`."""
    with open(path, encoding="utf-8") as file:
        found = [json.loads(line) for line in file if line.strip()]
    return list(found[0]["items"]) if len(found) == 1 and "items" in found[0] else found


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks the evidence for the figure 技术合同成交额, offline.")
    parser.add_argument("bundle")
    parser.add_argument("--head", metavar="HEADS", help="heads that somebody else kept")
    parser.add_argument("--key", action="append", default=[], metavar="PUBLICKEY", help="the market's key, hexadecimal")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    asked, findings = parser.parse_args(), Findings()
    try:
        heads = Heads(findings, [key.lower() for key in asked.key], read_heads(asked.head) if asked.head else [])
        with open(asked.bundle, encoding="utf-8") as file:
            lines = map(json.loads, file)
            first = next(lines)
            check = check_proof if first["kind"] == "proof" else check_bundle
            checked = check(first, lines, heads, findings)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, StopIteration) as error:
        print(f"无法读取 / cannot be read: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    told = ["[{code}] {source} {row} (seq {seq}) {field}: {words}".format(**found) for found in findings]
    for line in [*told, checked, *findings.notes, *limits(heads, asked.key)]:
        print(line)
    print(f"发现 {len(findings)} 处问题 / {len(findings)} found" if findings else "未发现问题 / nothing found")
    if asked.json:
        print(json.dumps({"findings": findings, "checked": checked, "notes": findings.notes}))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
