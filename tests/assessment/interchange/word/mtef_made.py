"""Formulas as MathType writes them, made record by record, and the object that holds them in a Word file."""

import struct

_HEAD = (b"\5\1\0\7\0DSMT7\0\0" + b"\x13WinAllBasicCodePages\0" + b"\x11\5Times New Roman\0" + b"\x11\3Symbol\0"
         + b"\x12\0\1\x21\x2f\1\x41\x0f\2\1\0\0" + b"\x0a")
VARIABLE, SYMBOL, NUMBER, FUNCTION, TEXT, SPACE, EXPANDING = 3, 6, 8, 2, 1, 24, 22
NULL = b"\1\1"


def equation(*items: bytes) -> bytes:
    """A whole formula of one line."""
    return _HEAD + line(*items) + b"\0"


def line(*items: bytes) -> bytes:
    """A line."""
    return b"\1\0" + b"".join(items) + b"\0"


def signs(text: str, style: int = VARIABLE) -> bytes:
    """Signs of one style."""
    return b"".join(struct.pack("<BBBH", 2, 0, style + 128, ord(each)) for each in text)


def marked(sign: str, *marks: int) -> bytes:
    """A sign with embellishments."""
    above = b"".join(bytes((6, 0, each)) for each in marks)
    return struct.pack("<BBBH", 2, 1, VARIABLE + 128, ord(sign)) + above + b"\0"


def template(selector: int, form: int, *items: bytes) -> bytes:
    """A template with its slots and signs."""
    return bytes((3, 0, selector, form, 0)) + b"".join(items) + b"\0"


def pile(*lines: bytes) -> bytes:
    """Lines below each other."""
    return b"\4\0\1\1" + b"".join(lines) + b"\0"


def matrix(rows: int, columns: int, *cells: bytes) -> bytes:
    """A matrix."""
    parts = b"\0" * ((2 * rows + 9) // 8 + (2 * columns + 9) // 8)
    return bytes((5, 0, 1, 1, 1, rows, columns)) + parts + b"".join(cells) + b"\0"


def ole(formula: bytes, name: str = "Equation Native") -> bytes:
    """The compound file of a formula ([MS-CFB]): a table, a folder, and one stream of sectors of 512 bytes."""
    stream = (struct.pack("<HIHI4I", 28, 0x20000, 0xC242, len(formula), 0, 0, 0, 0) + formula).ljust(4096, b"\0")
    sectors = len(stream) // 512 + bool(len(stream) % 512)
    head = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
            + struct.pack("<9I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0) + b"\xff" * 432)
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    table += [0xFFFFFFFF] * (128 - len(table))
    folder = _entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + _entry(name, 2, 0xFFFFFFFF, 2, len(stream))
    return head + struct.pack("<128I", *table) + folder.ljust(512, b"\0") + stream.ljust(sectors * 512, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return (text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
            + b"\0" * 36 + struct.pack("<IQ", start, size))
