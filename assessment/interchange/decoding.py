"""Bytes of a text file as text: UTF-8, UTF-16 and the Vietnamese Windows code page, told apart by themselves."""

import codecs
import re

_WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
# Windows-1258 writes a tone as a sign of its own after the vowel; bytes that it leaves undefined are no text.
_UNDEFINED_1258 = re.compile(rb"[\x81\x8a\x8d-\x90\x9a\x9d\x9e]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def decode(data: bytes) -> str | None:
    """The text, or None where it is none; a letter that the end cuts is left out."""
    encoding = encoding_of(data)
    if encoding is None:
        return None
    text = data.decode(encoding, errors="ignore").removeprefix("\ufeff")
    return None if _CONTROL.search(text) else text


def encoding_of(data: bytes) -> str | None:
    """The name of the encoding as Python knows it; None for bytes that are no text."""
    if data[:2] in _WIDE:
        return _tried(data[:len(data) // 2 * 2], _WIDE[data[:2]])
    if _tried(data, "utf-8"):
        return "utf-8"
    if b"\0" in data:
        return _without_mark(data)
    return None if _UNDEFINED_1258.search(data) or _is_damaged_utf8(data) else "cp1258"


def _is_damaged_utf8(data: bytes) -> bool:
    """Most letters beyond ASCII are right in UTF-8: a damaged file, which must not be read as something else."""
    beyond = sum(byte > 127 for byte in data[:200_000])
    right = sum(len(sign.encode()) for sign in data[:200_000].decode("utf-8", errors="ignore") if ord(sign) > 127)
    return right * 2 > beyond


def _without_mark(data: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of plain letters is 0."""
    even, odd = data[:4000:2].count(0), data[1:4000:2].count(0)
    half = len(data[:4000]) // 4
    if max(even, odd) < half or min(even, odd) * 10 > half:
        return None
    return _tried(data[:len(data) // 2 * 2], "utf-16-le" if odd > even else "utf-16-be")


def _tried(data: bytes, encoding: str) -> str | None:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        decoder.decode(data, final=False)
    except UnicodeDecodeError:
        return None
    return encoding


def looks_like_xml(data: bytes) -> bool:
    """Whether it begins as XML does, in UTF-8 or UTF-16, with or without a mark."""
    head = data[:400].replace(b"\0", b"")
    for mark in (b"\xef\xbb\xbf", *_WIDE):
        head = head.removeprefix(mark)
    return re.match(rb"\s*<[?!a-zA-Z_]", head) is not None
