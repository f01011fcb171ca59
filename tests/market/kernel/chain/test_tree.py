"""The arithmetic of the tree, against the vectors that Certificate Transparency's own implementation is tested with."""

import hashlib

import pytest

from market.kernel.chain import hashing, tree
from market.kernel.chain.hashing import sha256

# The inputs of the reference tests of RFC 6962 (certificate-transparency-go, trillian), and their roots by size.
INPUTS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [sha256(b"\0" + bytes.fromhex(text)) for text in INPUTS]


def reader(leaves):
    """Leaves as the database keeps them, with the nodes over every 256."""
    levels = {0: list(leaves)}
    for level, _number, found in tree.completed(sha256, lambda at, a, b: levels[at][a:b], 0, len(leaves)):
        levels.setdefault(level, []).append(found)
    return lambda level, first, below: levels[level][first:below]


def plain_root(leaves):
    """MTH as the RFC writes it."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return tree.node(sha256, plain_root(leaves[:split]), plain_root(leaves[split:]))


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_the_reference_implementation(size):
    assert tree.root(sha256, reader(LEAVES), size).hex() == ROOTS[size - 1]


def test_an_empty_tree_has_the_hash_of_nothing():
    assert tree.root(sha256, reader([]), 0) == hashlib.sha256(b"").digest()


@pytest.mark.parametrize(
    ("number", "size", "path"),
    [
        (0, 1, []),
        (
            0,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            3,
            ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
        ),
        (
            1,
            5,
            [
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ],
)
def test_the_paths_are_those_of_the_reference_implementation(number, size, path):
    assert [found.hex() for found in tree.inclusion(sha256, reader(LEAVES), number, size)] == path


@pytest.mark.parametrize(
    ("old", "size", "proof"),
    [
        (1, 1, []),
        (
            1,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ],
)
def test_the_consistency_proofs_are_those_of_the_reference_implementation(old, size, proof):
    assert [found.hex() for found in tree.consistency(sha256, reader(LEAVES), old, size)] == proof


@pytest.mark.parametrize("size", [255, 256, 257, 511, 700, 65_536, 65_537, 66_000])
def test_kept_nodes_give_the_root_of_the_leaves(size):
    leaves = [sha256(number.to_bytes(4, "big")) for number in range(size)]

    assert tree.root(sha256, reader(leaves), size) == plain_root(leaves)


def test_a_tree_that_grew_in_pieces_is_the_same():
    leaves = [sha256(number.to_bytes(4, "big")) for number in range(1500)]
    levels = {0: []}
    for before, size in [(0, 100), (100, 256), (256, 1023), (1023, 1500)]:
        levels[0] = leaves[:size]
        for level, number, found in tree.completed(sha256, lambda at, a, b: levels[at][a:b], before, size):
            assert number == len(levels.setdefault(level, []))
            levels[level].append(found)

    assert len(levels[8]) == 5
    assert tree.root(sha256, lambda at, a, b: levels[at][a:b], 1500) == plain_root(leaves)


def test_a_leaf_outside_the_tree_has_no_path():
    with pytest.raises(ValueError, match="no such leaf"):
        tree.inclusion(sha256, reader(LEAVES), 8, 8)


def test_sm3_is_that_of_the_standard():
    """GB/T 32905-2016, annex A."""
    assert hashing.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert hashing.sm3(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_a_null_an_empty_text_and_another_name_hash_apart():
    salt = bytes(16)
    found = {
        hashing.field_hash(sha256, salt, name, value)
        for name, value in [(b"a", None), (b"a", ""), (b"a", "n"), (b"an", None), (b"as", ""), (b"b", "")]
    }

    assert len(found) == 6
