"""Pictures of Windows (WMF and EMF), as Word papers hold them for formulas and drawings, as SVG. Pure.

What would change the meaning of a picture when it is left out is refused with its reason and never skipped.
"""

import zlib

from assessment.bank.metafile import emf, wmf
from assessment.bank.metafile.limits import MOST_BYTES, Unreadable
from lms.core.i18n import _

_PACKED = b"\x1f\x8b\x08"
__all__ = ["MOST_BYTES", "Unreadable", "begins_as_metafile", "to_svg"]


def begins_as_metafile(data: bytes) -> bool:
    """Whether these bytes may be a picture of Windows."""
    data = _unpacked(data, 64)
    return wmf.begins(data) or emf.begins(data)


def to_svg(data: bytes) -> bytes:
    """The picture as SVG, its size in pixels of a 96th of an inch; raises Unreadable with the reason."""
    data = _unpacked(data, MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Unreadable(_("it is too large: at most %(n)s MB.", n=MOST_BYTES // 1024**2))
    if not begins_as_metafile(data):
        raise Unreadable(_("it is damaged or cut off."))
    return emf.to_svg(data) if emf.begins(data) else wmf.to_svg(data)


def _unpacked(data: bytes, most: int) -> bytes:
    """What is in a packed picture (WMZ, EMZ), at most so many bytes; others as they are."""
    if not data.startswith(_PACKED):
        return data
    try:
        return zlib.decompressobj(wbits=31).decompress(data, most)
    except zlib.error:
        return b""
