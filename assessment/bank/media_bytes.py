"""Pictures and sound as bytes from outside: what they are, whether they are safe, and what of them is kept.

Pure. A file is judged by its bytes and never by its name. A picture is written anew from its dots, so that what a
camera noted about place and person, and whatever else hung on the file, stays behind.
"""

import io
import re
import struct
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageOps, ImageSequence
from tinytag import TinyTag, TinyTagException

from assessment.bank import metafile, svg
from lms.core.errors import Invalid
from lms.core.i18n import _

PICTURE_BYTES, SOUND_BYTES = 10 * 1024**2, 30 * 1024**2
MOST_DOTS = 40_000_000
MOST_MOVING_DOTS = 20_000_000
LONGEST_SIDE = 2560
JPEG_QUALITY = 90
CONTENT_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp",
              "image/svg+xml": "svg", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/ogg": "ogg", "audio/wav": "wav"}
_SHOWN = {"transparency", "duration", "loop", "background", "disposal"}
_UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, struct.error, ArithmeticError, LookupError, TypeError,
               MemoryError)

warnings.filterwarnings("ignore", module=r"PIL\.")  # what it thinks of hostile files is no news; for all threads


@dataclass(frozen=True)
class Judged:
    """A file that may be kept: `data` is what is stored; width and height in pixels, None for sound."""

    kind: str  # picture, audio
    content_type: str
    data: bytes
    width: int | None = None
    height: int | None = None


def judge(name: str, data: bytes) -> Judged:
    """What the file `name` may be kept as; raises Invalid with the reason, naming the file."""
    shown = name[-80:] or _("the file")
    if not data:
        raise Invalid(_("%(name)s is empty.", name=shown))
    if _begins_as_picture(data):
        _bound(shown, data, PICTURE_BYTES)
        return _picture(shown, data)
    _bound(shown, data, SOUND_BYTES)
    for begins, content_type, read in _SOUNDS:
        if begins(data):
            kept = read(data)
            if kept is None:
                raise Invalid(_("%(name)s begins like a sound file but holds none that can be played.", name=shown))
            return Judged("audio", content_type, kept)
    if metafile.begins_as_metafile(data):
        return _windows_picture(shown, data)
    if svg.begins_as_svg(data):
        _bound(shown, data, svg.MOST_BYTES)
        return _drawing(shown, data)
    raise Invalid(_("%(name)s is not a picture (PNG, JPEG, GIF, WebP, SVG, WMF, EMF) or sound (MP3, M4A, OGG, WAV), "
                    "whatever its name says.", name=shown))


def _bound(name: str, data: bytes, most: int) -> None:
    if len(data) > most:
        raise Invalid(_("%(name)s is too large: at most %(n)s MB.", name=name, n=most // 1024**2))


def _begins_as_picture(data: bytes) -> bool:
    return (data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a"))
            or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"))


def _picture(name: str, data: bytes) -> Judged:
    try:
        with Image.open(io.BytesIO(data), formats=tuple(CONTENT_TYPES)) as image:
            _check_dots(name, image)
            return _rewritten(image)
    except Image.DecompressionBombError:
        raise _too_many_dots(name) from None
    except _UNREADABLE:
        raise Invalid(_("%(name)s cannot be read: the picture is damaged or cut off.", name=name)) from None


def sound_seconds(data: bytes) -> float | None:
    """How long a sound is that `judge` took; None where its file does not say."""
    try:
        return TinyTag.get(file_obj=io.BytesIO(data), tags=False).duration
    except TinyTagException:
        return None


def _check_dots(name: str, image: Image.Image) -> None:
    """Refuse before anything is unpacked: a small file can hold a very large picture."""
    frames = getattr(image, "n_frames", 1) if image.format in ("GIF", "WEBP") else 1
    dots = image.width * image.height
    if dots > MOST_DOTS or (frames > 1 and dots * frames > MOST_MOVING_DOTS):
        raise _too_many_dots(name)


def _too_many_dots(name: str) -> Invalid:
    return Invalid(_("%(name)s has too many dots: at most %(n)s million, fewer if it moves.",
                     name=name, n=MOST_DOTS // 10**6))


def _rewritten(image: Image.Image) -> Judged:
    format = "JPEG" if image.format == "MPO" else image.format or ""
    out = io.BytesIO()
    if format in ("GIF", "WEBP") and getattr(image, "n_frames", 1) > 1:
        frames = [_bare(frame.copy()) for frame in ImageSequence.Iterator(image)]
        frames[0].save(out, format, save_all=True, append_images=frames[1:],
                       duration=[frame.info.get("duration", 100) for frame in frames], loop=image.info.get("loop", 0))
        width, height = image.size
    else:
        still = _still(image, format)
        width, height = still.size
        options = {"quality": JPEG_QUALITY, "optimize": True} if format == "JPEG" else {}
        still.save(out, format, **options)
    return Judged("picture", CONTENT_TYPES[format], out.getvalue(), width, height)


def _still(image: Image.Image, format: str) -> Image.Image:
    """The right way up, not larger than a page can use, with nothing but its dots."""
    image.load()
    upright = ImageOps.exif_transpose(image)
    if format == "JPEG" and upright.mode not in ("L", "RGB"):
        upright = upright.convert("RGB")
    if max(upright.size) > LONGEST_SIDE and upright.mode in ("L", "LA", "RGB", "RGBA"):
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return _bare(upright)


def _bare(image: Image.Image) -> Image.Image:
    image.info = {key: value for key, value in image.info.items() if key in _SHOWN}
    return image


def _windows_picture(name: str, data: bytes) -> Judged:
    """A picture of Windows is kept as the drawing it makes."""
    try:
        return _drawing(name, metafile.to_svg(data))
    except metafile.Unreadable as error:
        raise Invalid(_("%(name)s cannot be kept: %(reason)s", name=name, reason=str(error))) from None


def _drawing(name: str, data: bytes) -> Judged:
    try:
        kept, width, height = svg.cleaned(data, _inner_picture)
    except svg.Unsafe as error:
        raise Invalid(_("%(name)s cannot be kept: %(reason)s", name=name, reason=str(error))) from None
    return Judged("picture", "image/svg+xml", kept, width, height)


def _inner_picture(data: bytes) -> tuple[str, bytes]:
    """A picture inside a drawing, judged like any other."""
    if not _begins_as_picture(data):
        raise Invalid(_("it holds something that is not a picture."))
    judged = _picture(_("the picture inside"), data)
    return judged.content_type, judged.data


def _mp3(data: bytes) -> bytes | None:
    """Without the tags before and after; only where three whole frames follow each other."""
    start = 0
    if data[:3] == b"ID3" and len(data) > 10:
        start = 10 + ((data[6] & 127) << 21 | (data[7] & 127) << 14 | (data[8] & 127) << 7 | data[9] & 127)
    end = len(data) - 128 if data[-128:-125] == b"TAG" else len(data)
    place = start
    for _frame in range(3):
        length = _mp3_frame(data[place:place + 4])
        if not length or place + length > end:
            return None
        place += length
    return data[start:end]


def _mp3_frame(head: bytes) -> int:
    """Bytes of the frame that this header begins; 0 if it is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer, rate, frequency = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer != 1 or rate in (0, 15) or frequency == 3:
        return 0
    first = version == 3
    bits = (_MPEG1 if first else _MPEG2)[rate] * 1000
    hertz = (44100, 48000, 32000)[frequency] // {3: 1, 2: 2, 0: 4}[version]
    return (144 if first else 72) * bits // hertz + (head[2] >> 1 & 1)


_MPEG1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def _m4a(data: bytes) -> bytes | None:
    """An MP4 whose only tracks are sound."""
    tracks = re.findall(rb"hdlr.{8}(soun|vide|text|sbtl|subt|meta)", data, re.S)
    return data if b"soun" in tracks and b"vide" not in tracks else None


def _ogg(data: bytes) -> bytes | None:
    head = data[:200]
    sound = any(mark in head for mark in (b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex   "))
    return data if sound and data.count(b"OggS", 0, 65536) > 1 else None


def _wav(data: bytes) -> bytes | None:
    """The chunks that sound needs, without the others."""
    kept, place = [], 12
    while place + 8 <= len(data):
        name, length = data[place:place + 4], int.from_bytes(data[place + 4:place + 8], "little")
        if name in (b"fmt ", b"fact", b"data"):
            chunk = data[place + 8:place + 8 + length]
            kept.append((name, chunk))
        place += 8 + length + length % 2
    if [name for name, _chunk in kept if name != b"fact"] != [b"fmt ", b"data"]:
        return None
    body = b"".join(name + len(chunk).to_bytes(4, "little") + chunk + b"\0" * (len(chunk) % 2) for name, chunk in kept)
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WAVE" + body


_SOUNDS: tuple[tuple[Callable[[bytes], bool], str, Callable[[bytes], bytes | None]], ...] = (
    (lambda data: data[:3] == b"ID3" or (data[0] == 0xFF and len(data) > 1 and data[1] & 0xE0 == 0xE0),
     "audio/mpeg", _mp3),
    (lambda data: data[4:8] == b"ftyp", "audio/mp4", _m4a),
    (lambda data: data[:4] == b"OggS", "audio/ogg", _ogg),
    (lambda data: data[:4] == b"RIFF" and data[8:12] == b"WAVE", "audio/wav", _wav),
)
