"""The texts of one question: HTML out of any of Moodle's formats, their pictures handed to the sink on the way."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from html import escape, unescape
from urllib.parse import unquote

from assessment.interchange.questions import MediaSink, Refused
from assessment.interchange.text_formats import to_html
from lms.core.i18n import _

_SRC = re.compile(r"""(?P<before>\bsrc\s*=\s*)(?P<quote>["'])(?P<address>.*?)(?P=quote)""", re.I | re.S)
_LINK = re.compile(r"""<a\b[^>]*\bhref\s*=\s*["']@@PLUGINFILE@@/([^"'?]*)""", re.I)
_DATA = re.compile(r"data:(?P<type>[\w.+-]+/[\w.+-]+)?[^,]{0,80};base64,(?P<data>.*)\Z", re.S)
HELD = re.compile(r"@@PLUGINFILE@@/([^\"'?]*)")
OpenFile = Callable[[], bytes]


class Texts:
    """Collects what is wrong with the media of one question while its texts are read."""

    def __init__(self, sink: MediaSink) -> None:
        self._sink = sink
        self.problems: list[str] = []
        self.notes: list[str] = []

    def html(self, text: str, format: str, files: Mapping[str, OpenFile] | None = None) -> str:
        """The text as HTML that the bank will clean; raises Refused when it is too long.

        `files` are those that the text names as `@@PLUGINFILE@@/name`.
        """
        if "src" in text or "@@PLUGINFILE@@" in text:
            text = self.with_media(text, files or {})
        return to_html(text, format)

    def with_media(self, text: str, files: Mapping[str, OpenFile]) -> str:
        """The text with `media:` addresses in place of the files it holds or names."""
        for name in _LINK.findall(text):
            self.notes.append(_("an attached file is not kept: %(name)s", name=unquote(name)[-80:]))
        return _SRC.sub(lambda match: self._replaced(match, files), text)

    def keep(self, name: str, data: bytes) -> str | None:
        """The address of a file in the sink; None, and a problem, where it is refused."""
        try:
            return self._sink.keep(name, data)
        except Refused as refusal:
            self.problems.append(str(refusal))
            return None

    def _replaced(self, match: re.Match[str], files: Mapping[str, OpenFile]) -> str:
        address = unescape(match["address"]).strip()
        src = None
        if address.startswith("@@PLUGINFILE@@/"):
            src = self._of_file(unquote(address.removeprefix("@@PLUGINFILE@@/").partition("?")[0]), files)
        elif inline := _DATA.match(address):
            src = self._of_data(inline)
        return f'{match["before"]}"{escape(src or address.partition(",")[0])}"'

    def _of_file(self, name: str, files: Mapping[str, OpenFile]) -> str | None:
        if name not in files:
            self.problems.append(_("the file does not hold the picture %(name)s", name=name[-80:]))
            return None
        try:
            return self.keep(name.rsplit("/", 1)[-1], files[name]())
        except Refused as refusal:
            self.problems.append(str(refusal))
            return None

    def _of_data(self, match: re.Match[str]) -> str | None:
        kind = (match["type"] or "image/png").rsplit("/", 1)[-1].partition("+")[0]
        try:
            return self.keep(f"picture.{kind[:8]}", bytes_of(match["data"], f"data:{match['type']}"))
        except Refused as refusal:
            self.problems.append(str(refusal))
            return None


def bytes_of(text: str, name: str) -> bytes:
    """What base64 says; raises Refused where it is none."""
    try:
        return b64decode("".join(text.split()), validate=True)
    except (NotBase64, ValueError) as error:
        raise Refused(_("the picture %(name)s is damaged: it is not base64", name=name[-80:])) from error
