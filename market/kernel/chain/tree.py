"""The Merkle tree over the leaves, as RFC 6962, section 2.1, with our leaves as its leaf hashes.

Of the inner nodes only those over 256, 256², … leaves are kept; what is missing is computed from at most 255 below.
Leaves are counted from 0, so the leaf of sequence number 1 is number 0; a tree of n leaves is called by its size.
"""

from collections.abc import Callable, Iterator

from market.kernel.chain.hashing import Digest

BITS = 8  # levels between kept nodes
WIDTH = 1 << BITS
TOP = 48  # levels that a sequence number may ever need

# The hashes of a level (0: leaves, 8: nodes over 256 leaves, …) from one number to below another.
Reader = Callable[[int, int, int], list[bytes]]


def node(digest: Digest, left: bytes, right: bytes) -> bytes:
    return digest(b"\1" + left + right)


def perfect(digest: Digest, hashes: list[bytes]) -> bytes:
    """The node over neighbours of one level, whose number is a power of two."""
    while len(hashes) > 1:
        hashes = [node(digest, hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def completed(digest: Digest, read: Reader, before: int, size: int) -> Iterator[tuple[int, int, bytes]]:
    """The (level, number, hash) of every kept node that became whole while the tree grew; to be stored as they come."""
    for level in range(BITS, TOP + 1, BITS):
        for number in range(before >> level, size >> level):
            yield level, number, perfect(digest, read(level - BITS, number * WIDTH, (number + 1) * WIDTH))


def subtree(digest: Digest, read: Reader, first: int, end: int) -> bytes:
    """MTH of the leaves from `first` to below `end`; `first` is a multiple of the largest power of two inside."""
    count = end - first
    if count & (count - 1) == 0:
        level = (count.bit_length() - 1) // BITS * BITS
        return perfect(digest, read(level, first >> level, end >> level))
    split = first + (1 << ((count - 1).bit_length() - 1))
    return node(digest, subtree(digest, read, first, split), subtree(digest, read, split, end))


def root(digest: Digest, read: Reader, size: int) -> bytes:
    """MTH of the whole tree; of an empty one the hash of nothing."""
    return subtree(digest, read, 0, size) if size else digest(b"")


def inclusion(digest: Digest, read: Reader, number: int, size: int) -> list[bytes]:
    """PATH(m, D[n]): the neighbours from leaf `number` up to the root."""
    if not 0 <= number < size:
        raise ValueError("no such leaf")
    path: list[bytes] = []
    first, end = 0, size
    while end - first > 1:
        split = first + (1 << ((end - first - 1).bit_length() - 1))
        if number < split:
            path.append(subtree(digest, read, split, end))
            end = split
        else:
            path.append(subtree(digest, read, first, split))
            first = split
    return path[::-1]


def consistency(digest: Digest, read: Reader, old: int, size: int) -> list[bytes]:
    """PROOF(m, D[n]): shows that the tree of size `old` is the beginning of this one."""
    if not 0 < old <= size:
        raise ValueError("no such tree")
    path: list[bytes] = []
    first, end, is_whole = 0, size, True
    while old != end:
        split = first + (1 << ((end - first - 1).bit_length() - 1))
        if old <= split:
            path.append(subtree(digest, read, split, end))
            end = split
        else:
            path.append(subtree(digest, read, first, split))
            first, is_whole = split, False
    if not is_whole:
        path.append(subtree(digest, read, first, end))
    return path[::-1]
