"""How alike two questions are, whatever their numbers, variables, tone marks or order of options.

A question becomes a set of shingles: three folded words in a row of its text, and each option's words. 64 smallest
hashes (minhash) stand for the set; the share that two questions have in common estimates the likeness of their sets.
Four of them at a time make a band: who shares no band is hardly alike, so a table of bands finds the candidates.
"""

import re
import zlib
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from assessment.bank.markup import plain_text, without_marks

SIGNATURE, ROWS = 64, 4
ALIKE = 0.65
"""From this likeness on a question is shown as possibly the same."""
_PRIME = np.uint64((1 << 31) - 1)
_RANDOM = np.random.default_rng(20250701)
_FACTORS = _RANDOM.integers(1, int(_PRIME), (SIGNATURE, 1), dtype=np.uint64)
_OFFSETS = _RANDOM.integers(0, int(_PRIME), (SIGNATURE, 1), dtype=np.uint64)
_TOKEN = re.compile(r"\\[a-z]+|[a-z]+|\d+(?:[.,]\d+)*|[<>=+*/^%-]")
_TEXT_LIMIT = 8000

Hash = Callable[[str], int]


def plain_hash(shingle: str) -> int:
    """A hash for words that may be known."""
    return zlib.crc32(shingle.encode())


def fold(text: str) -> list[str]:
    """The words of a text, without tone marks; every number is 0 and every single letter (a variable) is v."""
    found = _TOKEN.findall(without_marks(text[:_TEXT_LIMIT]))
    return ["0" if token[0].isdigit() else "v" if len(token) == 1 and token.isalpha() else token for token in found]


def shingles(content: dict[str, Any]) -> set[str]:
    """The shingles of an item's content: of its prompt, and of what it offers."""
    found = set(_shingles(fold(plain_text(str(content.get("prompt", "")), _TEXT_LIMIT))))
    for row in _offered(content):
        found |= {f"option {each}" for each in _shingles(fold(plain_text(row, _TEXT_LIMIT)))}
    return found


def signature(parts: Iterable[str], hashed: Hash = plain_hash) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """64 numbers that stand for a set of shingles; of an empty set all the same."""
    known = list(parts)
    if not known:
        return np.full(SIGNATURE, np.iinfo(np.uint32).max, dtype=np.uint32)
    hashes = np.fromiter((hashed(each) & 0x7FFFFFFF for each in known), dtype=np.uint64, count=len(known))
    return ((hashes[None, :] * _FACTORS + _OFFSETS) % _PRIME).min(axis=1).astype(np.uint32)


def bands(numbers: np.ndarray[Any, np.dtype[np.uint32]], place: str = "") -> list[int]:
    """One hash of 63 bits a band; `place` keeps the questions of a secure bank apart from all others."""
    kept, named = numbers.reshape(-1, ROWS), place.encode()
    texts = [b"%d:%s:" % (number * ROWS, named) + row.tobytes() for number, row in enumerate(kept)]
    return [(zlib.crc32(text) << 31) ^ zlib.adler32(text[::-1]) & 0x7FFFFFFF for text in texts]


def likeness(one: bytes, other: bytes) -> float:
    """The share of two stored signatures that is the same, 0 to 1."""
    return float(np.mean(np.frombuffer(one, np.uint32) == np.frombuffer(other, np.uint32)))


def _shingles(words: list[str]) -> list[str]:
    if len(words) < 3:
        return [" ".join(words)] if words else []
    return [" ".join(words[start:start + 3]) for start in range(len(words) - 2)]


def _offered(content: dict[str, Any]) -> list[str]:
    rows = [*_texts(content.get("options")), *_texts(content.get("targets"))]
    table = content.get("table") or {}
    return rows + [str(cell.get("text", "")) for row in table.get("rows", []) for cell in row.get("cells", [])]


def _texts(rows: Any) -> list[str]:
    return [str(row.get("text", "")) for row in rows or [] if isinstance(row, dict)]
