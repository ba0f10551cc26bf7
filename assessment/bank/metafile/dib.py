"""Pictures of dots inside metafiles: device-independent bitmaps ([MS-WMF] 2.2.2.9) as PNG. Pure."""

import io
import struct

from PIL import Image

from assessment.bank.metafile.canvas import Canvas
from assessment.bank.metafile.limits import Unreadable
from lms.core.i18n import _

MOST_DOTS = 8_000_000
COPY, PATTERN_COPY, WHITE, BLACK, NOTHING = 0x00CC0020, 0x00F00021, 0x00FF0062, 0x00000042, 0x00AA0029
_UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, struct.error, ArithmeticError, LookupError, TypeError,
               MemoryError, Image.DecompressionBombError)
Frame = tuple[float, float, float, float]


def paint(canvas: Canvas, frame: Frame, operation: int) -> None:
    """A box without a picture: filled with the brush, white, or black."""
    colour = {PATTERN_COPY: canvas.state.brush.colour, WHITE: "#ffffff", BLACK: "#000000", NOTHING: None}
    if operation not in colour:
        raise _unknown(operation)
    if colour[operation]:
        canvas.fill_box(*frame, str(colour[operation]))


def draw(canvas: Canvas, dib: bytes, source: Frame, frame: Frame, operation: int) -> None:
    """A part of a bitmap (left, top, width, height; from below where it is stored so) in a frame."""
    if operation != COPY:
        raise _unknown(operation)
    canvas.picture(_png(dib, source), *frame)


def _unknown(operation: int) -> Unreadable:
    return Unreadable(_("it mixes pictures in a way that cannot be kept (%(code)s).", code=f"{operation:08X}"))


def _png(dib: bytes, source: Frame) -> bytes:
    out = io.BytesIO()
    try:
        with Image.open(io.BytesIO(dib), formats=("DIB",)) as image:
            if image.width * image.height > MOST_DOTS:
                raise Unreadable(_("it holds too much."))
            left, top, width, height = (round(each) for each in source)
            box = (left, image.height - top - height, left + width, image.height - top)
            whole = (0, 0, image.width, image.height)
            inside = all(0 <= each <= most for each, most in zip(box, whole[2:] * 2, strict=True))
            shown = image.crop(box) if inside and width > 0 and height > 0 and box != whole else image
            shown.convert("RGB").save(out, "PNG")
    except _UNREADABLE:
        raise Unreadable(_("a picture inside it cannot be read.")) from None
    return out.getvalue()
