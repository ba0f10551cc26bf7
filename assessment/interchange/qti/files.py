"""What an item points to: pictures, sound and shared texts, from the package around it or from nowhere."""

import base64
import binascii
import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Protocol
from urllib.parse import unquote_to_bytes

from PIL import Image, UnidentifiedImageError

from assessment.interchange.qti.archive import Archive, resolve
from assessment.interchange.questions import MediaSink, Refused
from lms.core.i18n import _

CANVAS_ROOT = "$IMS-CC-FILEBASE$"
LARGEST_INLINE = 8 * 2**20


@dataclass(frozen=True)
class Kept:
    """A file that the sink took: how it is pointed to, and its size in pixels where it has one (else 0)."""

    src: str
    width: int = 0
    height: int = 0


class Files(Protocol):
    """Where the addresses in an item lead. Both raise Refused with the reason when they lead nowhere."""

    def keep(self, href: str) -> Kept:
        """Hand a picture or sound to the sink."""
        ...

    def share(self, href: str, title: str = "") -> str:
        """Name a shared text, to be read before this question."""
        ...


class NoFiles:
    """An item that came alone: only what is written into the address itself can be kept."""

    def __init__(self, media: MediaSink) -> None:
        self._media = media

    def keep(self, href: str) -> Kept:
        """Keep what stands in a `data:` address; anything else is missing."""
        if href.startswith("data:"):
            return _keep_inline(self._media, href)
        raise Refused(_("“%(name)s” does not come with this file; export it as a package (zip)", name=_short(href)))

    def share(self, href: str, title: str = "") -> str:
        """A shared text is always missing."""
        raise Refused(_("“%(name)s” does not come with this file; export it as a package (zip)", name=_short(href)))


@dataclass
class PackageFiles:
    """What stands beside an item in its package."""

    archive: Archive
    base: str
    media: MediaSink
    kept: dict[str, Kept]
    on_shared: Callable[[str, str], str] | None = None
    found: dict[str, str] = field(default_factory=dict)

    def keep(self, href: str) -> Kept:
        """Keep a file of the package; the same file is read once."""
        if href.startswith("data:"):
            return _keep_inline(self.media, href)
        name = self._find(href)
        if name not in self.kept:
            data = self.archive.read(name)
            width, height = picture_size(data)
            self.kept[name] = Kept(self.media.keep(posixpath.basename(name), data), width, height)
        return self.kept[name]

    def share(self, href: str, title: str = "") -> str:
        """The shared text of that name, read once for the whole package."""
        if self.on_shared is None:
            raise Refused(_("a shared text may not point to another one"))
        return self.on_shared(resolve(self.base, href), title)

    def _find(self, href: str) -> str:
        if href.startswith(CANVAS_ROOT):
            return self._find_canvas(href.removeprefix(CANVAS_ROOT).lstrip("/"))
        return resolve(self.base, href)

    def _find_canvas(self, rest: str) -> str:
        """Canvas speaks of its own root, which lies in `web_resources` or beside the manifest."""
        names = [resolve("x", place + rest) for place in ("", "web_resources/", "Uploaded Media/")]
        by_end = [name for name in self.archive.names if name.endswith("/" + names[0])]
        return next((name for name in (*names, *by_end) if name in self.archive), names[0])


def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height of a picture, from its first bytes; (0, 0) for what is none."""
    try:
        with Image.open(BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return 0, 0


def _keep_inline(media: MediaSink, href: str) -> Kept:
    head, comma, body = href.partition(",")
    if not comma or len(body) > LARGEST_INLINE:
        raise Refused(_("a picture inside the text is damaged or too large"))
    try:
        data = base64.b64decode(unquote_to_bytes(body)) if head.endswith(";base64") else unquote_to_bytes(body)
    except (binascii.Error, ValueError) as error:
        raise Refused(_("a picture inside the text is damaged or too large")) from error
    width, height = picture_size(data)
    kind = head[5:].split(";")[0].rpartition("/")[2].split("+")[0] or "bin"
    return Kept(media.keep(f"picture.{kind[:8]}", data), width, height)


def _short(href: str) -> str:
    return href.rpartition("/")[2][-80:] or href[-80:]
