"""Small pictures of Windows made for one test, of the records that MathType and Word write."""

import struct

UP, BASE = 1, 24


def record(code: int, body: bytes = b"") -> bytes:
    """A record of a WMF."""
    body += b"\0" * (len(body) % 2)
    return struct.pack("<IH", 3 + len(body) // 2, code) + body


def words(code: int, *values: int) -> bytes:
    """A record of signed words."""
    return record(code, struct.pack(f"<{len(values)}h", *values))


def wmf(*records: bytes, frame: tuple[int, int, int, int] | None = (0, 0, 960, 640), inch: int = 2304) -> bytes:
    """A WMF of these records, with its frame before it or bare."""
    head = struct.pack("<IH4hHI", 0x9AC6CDD7, 0, *frame, inch, 0) + b"\0\0" if frame else b""
    body = b"".join(records) + record(0)
    return head + struct.pack("<HHHIHIH", 1, 9, 0x300, 9 + len(body) // 2, 4, 99, 0) + body


def window(width: int = 960, height: int = 640) -> bytes:
    """Origin and extent of the window, and letters from the baseline, onward from the place of the pen."""
    return words(0x020B, 0, 0) + words(0x020C, height, width) + words(0x012E, BASE | UP)


def font(face: str, height: int = -384, *, italic: bool = False, charset: int = 0, width: int = 0) -> bytes:
    """A font."""
    look = struct.pack("<5h8B", height, width, 0, 0, 400, italic, 0, 0, charset, 0, 0, 0, 0)
    return record(0x02FB, look + face.encode().ljust(32, b"\0"))


def select(number: int) -> bytes:
    """Take an object."""
    return words(0x012D, number)


def text(letters: bytes, *steps: int) -> bytes:
    """Letters with their steps, as MathType writes them."""
    padded = letters + b"\0" * (len(letters) % 2)
    return record(0x0A32, struct.pack("<hhhH", 0, 0, len(letters), 0) + padded + struct.pack(f"<{len(steps)}h", *steps))


def pen(width: int, colour: int = 0, style: int = 0) -> bytes:
    """A pen."""
    return record(0x02FA, struct.pack("<HhhI", style, width, 0, colour))


def dib(width: int = 2, height: int = 2) -> bytes:
    """A bitmap of red dots."""
    row = (b"\0\0\xff" * width).ljust((width * 3 + 3) // 4 * 4, b"\0")
    return struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0) + row * height


def half_alpha() -> bytes:
    """α/2 as a formula's picture: a bar, an upright two, a letter of Symbol, a note of the program before it."""
    note = record(0x0626, struct.pack("<hh", 15, 12) + b"MathType\0\0\x70\0")
    return wmf(window(), note, pen(16), select(0), words(0x0214, 320, 100), words(0x0213, 320, 420),
               words(0x0214, 280, 160), font("Symbol", italic=True, charset=2), select(1), text(b"a", 241),
               words(0x0214, 600, 160), font("Times New Roman"), select(2), words(0x01F0, 1), text(b"2", 192))


def emf_record(code: int, body: bytes = b"") -> bytes:
    """A record of an EMF."""
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", code, 8 + len(body)) + body


def numbers(code: int, *values: int) -> bytes:
    """A record of signed numbers."""
    return emf_record(code, struct.pack(f"<{len(values)}i", *values))


def emf(*records: bytes, frame: tuple[int, int, int, int] = (0, 0, 2540, 1270)) -> bytes:
    """An EMF an inch wide; the device has a hundred dots in an inch."""
    body = b"".join(records) + numbers(14, 0, 16, 20)
    bounds = struct.pack("<8i", 0, 0, 100, 50, *frame)
    tail = struct.pack("<IIIIHHIII4i", 0x464D4520, 0x10000, 88 + len(body), len(records) + 2, 9, 0, 0, 0, 0,
                       1000, 1000, 254, 254)
    return struct.pack("<II", 1, 88) + bounds + tail + body


def emf_font(number: int, face: str, height: int = -20, *, charset: int = 0) -> bytes:
    """A font of an EMF."""
    look = struct.pack("<5i8B", height, 0, 0, 0, 400, 0, 0, 0, charset, 0, 0, 0, 0)
    return emf_record(82, struct.pack("<I", number) + look + face.encode("utf-16-le").ljust(64, b"\0"))


def emf_text(x: int, y: int, said: str, *steps: int) -> bytes:
    """Letters of an EMF."""
    letters = said.encode("utf-16-le")
    padded = letters + b"\0" * (-len(letters) % 4)
    head = struct.pack("<4iIff", 0, 0, 0, 0, 1, 1.0, 1.0) + struct.pack(
        "<iiIII4iI", x, y, len(said), 76, 0, 0, 0, 0, 0, 76 + len(padded))
    return emf_record(84, head + padded + struct.pack(f"<{len(steps)}i", *steps))
