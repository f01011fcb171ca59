"""The verifier's own arithmetic, against published vectors; it shares no code with what it checks."""

import ast
import json
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.turnover import verify_turnover as verifier
from market.kernel.chain import hashing, tree
from tests.contracts.audit.bundles import VERIFIER, verify
from tests.market.kernel.chain.test_tree import LEAVES, ROOTS, reader

# RFC 8032, section 7.1: secret key, public key, message, signature.
ED25519 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("secret", "public", "message", "signature"), ED25519)
def test_the_signatures_of_rfc_8032_hold_and_no_flipped_bit_does(secret, public, message, signature):
    key, text, signed = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)

    assert Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)).sign(text) == signed
    assert verifier.is_signed(key, text, signed)
    for at in (0, 31, 32, 63):
        bent = bytes([*signed[:at], signed[at] ^ 1, *signed[at + 1 :]])
        assert not verifier.is_signed(key, text, bent)
    assert not verifier.is_signed(key, text + b"!", signed)
    assert not verifier.is_signed(bytes([key[0] ^ 1, *key[1:]]), text, signed)


def test_a_signature_with_the_order_added_is_refused_as_the_rfc_demands():
    _secret, public, message, signature = ED25519[1]
    signed = bytes.fromhex(signature)
    more = int.from_bytes(signed[32:], "little") + verifier.ORDER

    assert not verifier.is_signed(
        bytes.fromhex(public), bytes.fromhex(message), signed[:32] + more.to_bytes(32, "little")
    )


@pytest.mark.parametrize("length", [0, 1, 31, 33, 63, 65])
def test_a_key_or_a_signature_of_another_length_is_refused(length):
    key, signed = bytes.fromhex(ED25519[0][1]), bytes.fromhex(ED25519[0][3])

    assert not verifier.is_signed(key, b"", signed[:length] if length < 64 else signed + b"\0")
    assert not verifier.is_signed(key[:length] if length < 32 else key + b"\0", b"", signed)


@pytest.mark.parametrize("length", [0, 3, 55, 56, 63, 64, 65, 119, 120, 1000])
def test_its_sm3_is_that_of_the_library(length):
    data = bytes(number % 251 for number in range(length))

    assert verifier.sm3(data) == hashing.sm3(data)


def test_its_sm3_is_that_of_the_standard():
    """GB/T 32905-2016, annex A."""
    assert verifier.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_its_tree_has_the_roots_of_rfc_6962():
    grown = verifier.Tree(hashing.sha256)

    for leaf, root in zip(LEAVES, ROOTS, strict=True):
        grown.append(leaf)
        assert grown.root().hex() == root


def test_every_path_leads_to_its_root_and_no_other_leaf_or_length_does():
    leaves = [hashing.sha256(bytes([number])) for number in range(21)]
    read = reader(leaves)
    for size in range(1, 22):
        root = tree.root(hashing.sha256, read, size)
        for number in range(size):
            path = tree.inclusion(hashing.sha256, read, number, size)
            walk = [hashing.sha256, leaves[number], number, size]
            assert verifier.root_of_path(*walk, path) == root
            assert verifier.root_of_path(*walk, [*path, root]) != root
            assert verifier.root_of_path(hashing.sha256, root, number, size, path) != root or size == 1
            if path:
                assert verifier.root_of_path(*walk, path[:-1]) != root


def test_it_is_one_file_of_500_lines_that_needs_the_standard_library_only():
    source = VERIFIER.read_text(encoding="utf-8")
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert len(source.splitlines()) <= 500
    assert imported <= sys.stdlib_module_names
    ast.parse(source, feature_version=(3, 9))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json\n",
        "[]\n",
        '{"kind": "header"}\n',
        '{"kind": "header", "algorithm": "md5"}\n',
        '{"kind": "proof"}\n',
    ],
)
def test_a_file_that_is_no_bundle_is_told_apart_from_a_bad_one(tmp_path, text):
    path = tmp_path / "file.jsonl"
    path.write_text(text)

    verdict = verify(path)

    assert verdict.code == 2
    assert "cannot be read" in verdict.output
    assert "Traceback" not in verdict.output


def test_a_file_that_is_not_there_is_unreadable(tmp_path):
    assert verify(tmp_path / "none").code == 2


def test_it_speaks_both_languages_when_asked_for_help():
    ran = subprocess.run([sys.executable, "-I", str(VERIFIER), "--help"], capture_output=True, text=True, timeout=60)

    assert ran.returncode == 0
    assert "技术合同成交额" in ran.stdout
    assert "--head" in ran.stdout


def bundle(tmp_path, rows=(), figures=()):
    """A bundle written by hand, with a chain made by the product's arithmetic, unsigned."""
    lines = [{"kind": "header", "algorithm": "sha256"}]
    shapes = {source: number for number, source in enumerate(dict.fromkeys(row[0] for row in rows), start=1)}
    names = {row[0]: list(row[2]) for row in rows}
    lines += [{"kind": "shape", "shape": number, "names": names[source]} for source, number in shapes.items()]
    lines += [{"kind": "figure", **figure} for figure in figures]
    link = hashing.GENESIS
    for seq, (source, row_id, fields) in enumerate(rows, start=1):
        salt = bytes([seq]) * 16
        found = hashing.field_hashes(hashing.sha256, fields, fields.values(), hidden=(), salt=salt, veil=b"")
        leaf = hashing.leaf(hashing.sha256, source, row_id, found)
        link = hashing.link(hashing.sha256, link, seq, leaf)
        lines.append(
            {
                "kind": "row", "seq": seq, "source": source, "row": row_id, "shape": shapes[source], "salt": salt.hex(),
                "fields": fields, "hidden": {}, "hashes": b"".join(found).hex(), "leaf": leaf.hex(), "link": link.hex(),
            }
        )  # fmt: skip
    lines.append({"kind": "end", "lines": len(lines) + 1})
    path = tmp_path / "bundle.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


FACTS = {
    "contracts": "1", "seller_region": "360781", "buyer_region": "360702", "effective_on": "2026-03-02",
    "contract_type": "development",
}  # fmt: skip
MOMENT = "2026-03-02T01:00:00.000000Z"


def recorded(number, kind, contract, technology, *, registration="r1", at=MOMENT, **facts):
    """A registration event and its entry, as rows."""
    sums = {"kind": kind, "contract_amount": contract, "technology_amount": technology}
    common = sums | FACTS | {"contracts": "1" if kind == "registered" else "0"} | facts
    event = {"id": f"e{number}", "registration_id": registration, "recorded_at": at} | common
    entry = {"id": str(number), "event_id": f"e{number}", "known_at": at} | common
    return [("registration.event", f"e{number}", event), ("turnover.entry", str(number), entry)]


def figure(contract, technology, contracts, **changes):
    return {
        "name": "2026", "first": "2026-01-01", "last": "2026-12-31", "side": "output", "region": "360781",
        "known_before": None, "up_to_entry": None, "where": {}, "contract_amount": contract,
        "technology_amount": technology, "contracts": contracts,
    } | changes  # fmt: skip


REGISTERED = recorded(1, "registered", "1000000.00", "780000.00")


def with_entry(**values):
    """The first contract, with an entry that says something else than its event."""
    event, (source, row, fields) = REGISTERED
    return [event, (source, row, fields | values)]


def test_a_contract_that_is_registered_amended_and_cancelled_is_in_order(tmp_path):
    rows = [
        *REGISTERED,
        *recorded(2, "amended", "-200000.00", "0.00"),
        *recorded(3, "cancelled", "-800000.00", "-780000.00"),
    ]

    assert verify(bundle(tmp_path, rows, [figure("0.00", "0.00", 1)])).findings == []


@pytest.mark.parametrize(
    ("rows", "row", "field"),
    [
        ([*REGISTERED, *recorded(2, "registered", "1.00", "1.00")], "1", "kind"),
        (recorded(1, "amended", "5.00", "5.00"), "1", "kind"),
        (recorded(1, "registered", "-5.00", "-5.00"), "1", "contract_amount"),
        ([*REGISTERED, *recorded(2, "amended", "-1000000.01", "0.00")], "2", "contract_amount"),
        ([*REGISTERED, *recorded(2, "amended", "0.00", "-780000.01")], "2", "contract_amount"),
        ([*REGISTERED, *recorded(2, "cancelled", "-999999.99", "-780000.00")], "2", "contract_amount"),
        ([*REGISTERED, *recorded(2, "revoked", "1.00", "1.00")], "2", "contract_amount"),
        (REGISTERED[1:], "1", "event_id"),
        ([*REGISTERED, REGISTERED[1]], "1", "event_id"),
        (with_entry(seller_region="360100"), "1", "seller_region"),
        (with_entry(known_at="2026-03-03T01:00:00.000000Z"), "1", "known_at"),
    ],
)  # fmt: skip
def test_a_ledger_that_contradicts_itself_is_found_though_its_chain_is_whole(tmp_path, rows, row, field):
    verdict = verify(bundle(tmp_path, rows))

    assert verdict.code == 1
    assert verdict.codes == {"ledger"}
    assert verdict.names("turnover.entry", row, field)


def test_a_correction_may_take_everything_out_of_the_wrong_cell_first(tmp_path):
    rows = [
        *REGISTERED,
        *recorded(2, "corrected", "-1000000.00", "-780000.00", contracts="-1"),
        *recorded(3, "corrected", "1000000.00", "780000.00", contracts="1", seller_region="360702"),
    ]
    figures = [figure("0.00", "0.00", 0), figure("1000000.00", "780000.00", 1, region="360700")]

    assert verify(bundle(tmp_path, rows, figures)).findings == []


def test_a_correction_of_which_a_part_is_entered_so_far_is_no_alarm(tmp_path):
    corrected = [
        *recorded(2, "amended", "-900000.00", "-700000.00"),
        *recorded(3, "corrected", "-1000000.00", "-780000.00", contracts="-1"),
    ]
    event, _entry = recorded(4, "corrected", "1000000.00", "780000.00", contracts="1")

    assert verify(bundle(tmp_path, [*REGISTERED, *corrected, event])).findings == []
    assert verify(bundle(tmp_path, [*REGISTERED, *corrected])).names("turnover.entry", "3", "contract_amount")


ROWS = [
    *REGISTERED,
    *recorded(2, "registered", "10000000000000.00", "0.01", registration="r2", effective_on="2025-12-31"),
    *recorded(3, "registered", "0.01", "0.01", registration="r3", seller_region="360702", buyer_region="360781"),
    *recorded(4, "amended", "-0.01", "0.00", at="2026-05-01T00:00:00.000000Z"),
]


@pytest.mark.parametrize(
    "published",
    [
        figure("999999.99", "780000.00", 1),
        figure("1000000.00", "780000.00", 1, up_to_entry=3),
        figure("1000000.00", "780000.00", 1, known_before="2026-05-01T00:00:00.000000Z"),
        figure("10000000000000.00", "0.01", 1, first="2025-01-01", last="2025-12-31"),
        figure("0.01", "0.01", 1, side="absorption"),
        figure("0.00", "0.00", 0, side="intra"),
        figure("1000000.00", "780000.01", 2, side="intra", region="360700"),
        figure("1000000.00", "780000.01", 2, region="360000"),
        figure("999999.99", "780000.00", 1, where={"contract_type": "development"}),
        figure("0.00", "0.00", 0, where={"contract_type": "service"}),
    ],
)
def test_a_figure_is_recomputed_from_the_entries(tmp_path, published):
    assert verify(bundle(tmp_path, ROWS, [published])).findings == []


@pytest.mark.parametrize(
    ("field", "wrong"), [("contract_amount", "999999.98"), ("technology_amount", "780000.01"), ("contracts", 2)]
)
def test_a_figure_that_is_a_fen_or_a_contract_off_is_named(tmp_path, field, wrong):
    verdict = verify(bundle(tmp_path, ROWS, [figure("999999.99", "780000.00", 1) | {field: wrong}]))

    assert verdict.codes == {"figure"}
    assert verdict.names("figure", "2026", field)


def test_a_bundle_that_ends_early_is_not_taken_for_a_whole_one(tmp_path):
    path = bundle(tmp_path, ROWS)
    lines = path.read_text().splitlines(keepends=True)
    for end in (lines[:-1], [*lines[:-2], lines[-1]], [*lines, lines[-2]]):
        path.write_text("".join(end))
        assert verify(path).code == 2


def test_without_a_kept_head_and_a_key_it_says_what_it_cannot_find(tmp_path):
    verdict = verify(bundle(tmp_path, ROWS))

    assert verdict.code == 0
    assert "尾部被截去" in verdict.output
    assert "CANNOT be found" in verdict.output
    assert "does not prove whose it is" in verdict.output
    assert "8 rows are under no signed head" in verdict.output
