"""A zip from outside, read in memory and never unpacked: names, number, size and ratio are judged before a byte is."""

import posixpath
import struct
import zipfile
import zlib
from io import SEEK_END
from typing import BinaryIO
from urllib.parse import unquote

from assessment.interchange.questions import Refused
from lms.core.i18n import _

MOST_FILES = 20_000
LARGEST_DIRECTORY = 16 * 2**20
LARGEST_TOTAL = 2 * 2**30
LARGEST_XML = 64 * 2**20
LARGEST_MEDIA = 100 * 2**20
MOST_EXPANSION = 200
"""How many times its size a file may grow to when unpacked; text that is really written stays far below."""
SMALL = 2**20
"""Bytes: below this a file may be as dense as it likes."""
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\5\6"




class Archive:
    """The files of a zip by their normal names. Raises Refused from its making when the zip as a whole is unsafe."""

    def __init__(self, stream: BinaryIO) -> None:
        _check_directory(stream)
        try:
            self._zip = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError, NotImplementedError) as error:
            raise Refused(_("the package is damaged or cut off, and cannot be opened")) from error
        self.left_out: list[str] = []
        self._entries = self._judge(self._zip.infolist())

    @property
    def names(self) -> list[str]:
        """The names of all usable files, in the order of the archive."""
        return list(self._entries)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def read(self, name: str, most: int = LARGEST_MEDIA) -> bytes:
        """The bytes of a file; raises Refused when it is not there, too large, damaged or locked."""
        info = self._entries.get(name)
        if info is None:
            raise Refused(_("“%(name)s” is not in the package", name=name[-100:]))
        if info.file_size > most:
            raise Refused(_("“%(name)s” is too large", name=name[-100:]))
        try:
            with self._zip.open(info) as file:
                data = file.read(most + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError,
                ValueError, struct.error) as error:
            raise Refused(_("“%(name)s” is damaged or locked, and cannot be read", name=name[-100:])) from error
        if len(data) > most:
            raise Refused(_("“%(name)s” is too large", name=name[-100:]))
        return data

    def _judge(self, infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        if len(infos) > MOST_FILES:
            raise Refused(_("the package holds more than %(n)s files", n=MOST_FILES))
        if sum(info.file_size for info in infos) > LARGEST_TOTAL:
            raise Refused(_("the package is too large when unpacked"))
        entries: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = info.filename.replace("\\", "/")  # as some programs of Windows write it
            if info.is_dir() or _is_litter(name):
                continue
            reason = _fault(info, name) or (_("it stands twice in the package") if name in entries else "")
            if reason:
                self.left_out.append(_("“%(name)s” was left out: %(reason)s",
                                       name=info.filename[-100:], reason=reason))
            else:
                entries[name] = info
        return entries


def resolve(base: str, href: str) -> str:
    """The name in the package that `href` means in the file `base`; raises Refused when it leads out of it."""
    plain = unquote(href.split("#")[0].split("?")[0]).strip().replace("\\", "/")
    name = posixpath.normpath(posixpath.join(posixpath.dirname(base), plain))
    if not plain or is_outside(plain) or name.startswith(("/", "..")):
        raise Refused(_("“%(name)s” lies outside the package", name=href[-100:]))
    return name


def is_outside(name: str) -> bool:
    """Whether a name is an address of elsewhere: absolute, of a drive, or with a scheme."""
    return name.startswith("/") or ":" in name or "\0" in name


def _fault(info: zipfile.ZipInfo, name: str) -> str:
    if is_outside(name) or ".." in name.split("/"):
        return _("its name leads out of the package")
    if info.flag_bits & 1:
        return _("it is locked with a password")
    if info.file_size > SMALL and info.file_size > MOST_EXPANSION * max(info.compress_size, 1):
        return _("it grows too much when unpacked")
    return ""


def _is_litter(name: str) -> bool:
    return name.startswith("__MACOSX/") or posixpath.basename(name) in (".DS_Store", "Thumbs.db")


def _check_directory(stream: BinaryIO) -> None:
    """Refuse a list of contents that is itself a burden, before it is read."""
    size = stream.seek(0, SEEK_END)
    stream.seek(max(0, size - 66_000))
    tail = stream.read()
    stream.seek(0)
    at = tail.rfind(_END_MARK)
    if at < 0 or len(tail) - at < _END.size:
        raise Refused(_("the package is damaged or cut off, and cannot be opened"))
    fields = _END.unpack_from(tail, at)
    entries, length = fields[4], fields[5]
    if entries > MOST_FILES or length > LARGEST_DIRECTORY:
        raise Refused(_("the package holds more than %(n)s files", n=MOST_FILES))
