"""What a file is, from its first bytes. What the sender says of it is never believed.

Pure: bytes in, a content type out. `SNIFF_BYTES` of the beginning are enough.
"""

import re

SNIFF_BYTES = 4096
UNKNOWN = "application/octet-stream"

SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"FLV\x01", "video/x-flv"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf2", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
    (0, b"\x00\x00\x01\xba", "video/mpeg"),
    (0, b"MZ", "application/x-msdownload"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
"""(offset, bytes, content type), the first that fits wins."""

BRANDS = {b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"qt  ": "video/quicktime", b"avif": "image/avif",
          b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heic", b"3gp4": "video/3gpp",
          b"3gp5": "video/3gpp", b"3gp6": "video/3gpp"}
OLD_QUICKTIME = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
OFFICE = {b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
          b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
          b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
HTML = re.compile(rb"<(!doctype\s+html|html|head|body|script|iframe|title|a\s|img|meta)\b", re.IGNORECASE)


def sniff(head: bytes) -> str:
    """The content type of a file that begins with `head`; `application/octet-stream` if nothing fits."""
    head = head[:SNIFF_BYTES]
    found = next((kind for at, magic, kind in SIGNATURES if head.startswith(magic, at)), None)
    return found or _boxes(head) or _riff(head) or _matroska(head) or _transport(head) or _zip(head) \
        or _pdf(head) or _text(head) or UNKNOWN


def _boxes(head: bytes) -> str | None:
    """MP4 and its family."""
    if head[4:8] == b"ftyp":
        return BRANDS.get(head[8:12], "video/mp4")
    return "video/quicktime" if head[4:8] in OLD_QUICKTIME else None


def _riff(head: bytes) -> str | None:
    if head[:4] != b"RIFF":
        return None
    return {b"AVI ": "video/x-msvideo", b"WAVE": "audio/wav", b"WEBP": "image/webp"}.get(head[8:12])


def _matroska(head: bytes) -> str | None:
    if head[:4] != b"\x1a\x45\xdf\xa3":
        return None
    return "video/webm" if b"webm" in head[:64] else "video/x-matroska"


def _transport(head: bytes) -> str | None:
    """MPEG-TS packets of 188 bytes, or of 192 as camcorders write them."""
    for start, step in ((0, 188), (4, 192)):
        marks = head[start::step][:5]
        if len(marks) >= 3 and set(marks) == {0x47}:
            return "video/mp2t"
    return None


def _zip(head: bytes) -> str | None:
    if head[:4] not in (b"PK\x03\x04", b"PK\x05\x06"):
        return None
    if b"mimetypeapplication/epub+zip" in head[:80]:
        return "application/epub+zip"
    return next((kind for name, kind in OFFICE.items() if name in head), "application/zip")


def _pdf(head: bytes) -> str | None:
    """Readers accept some bytes before the mark, so a page in front of it must not pass as a PDF."""
    at = head[:1024].find(b"%PDF-")
    return "application/pdf" if at >= 0 and not HTML.search(head[:at]) else None


def _text(head: bytes) -> str | None:
    body = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if HTML.search(body[:1024]):
        return "text/html"
    if b"<svg" in body[:2048].lower():
        return "image/svg+xml"
    if body.startswith(b"<?xml"):
        return "application/xml"
    return "text/plain" if body and _is_readable(head) else None


def _is_readable(head: bytes) -> bool:
    if any(byte < 9 or 13 < byte < 32 for byte in head):
        return False
    for shorter in range(4):
        try:
            head[:len(head) - shorter].decode()
        except UnicodeDecodeError:
            continue
        return True
    return False
