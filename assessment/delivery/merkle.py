"""Merkle trees over receipts (RFC 6962, section 2.1): one root stands for all, a proof shows that one of them is in.

Leaves are bytes; hashes are 32 bytes. Nothing here knows the database.
"""

from collections.abc import Sequence
from hashlib import sha256


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf: a nought byte before it tells it from an inner node."""
    return sha256(b"\x00" + leaf).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes in their order; of none, the hash of nothing."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    half = _split(len(hashes))
    return _node(root_of(hashes[:half]), root_of(hashes[half:]))


def proof_of(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of one leaf, from the leaf up (section 2.1.1); raises IndexError for a leaf that is not there."""
    if not 0 <= index < len(hashes):
        raise IndexError(index)
    if len(hashes) == 1:
        return []
    half = _split(len(hashes))
    if index < half:
        return [*proof_of(hashes[:half], index), root_of(hashes[half:])]
    return [*proof_of(hashes[half:], index - half), root_of(hashes[:half])]


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1
