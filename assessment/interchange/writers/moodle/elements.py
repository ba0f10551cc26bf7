"""The pieces of Moodle's XML: elements with texts and the files that they point to."""

from base64 import b64encode
from collections.abc import Iterable
from html import unescape
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from assessment.interchange.questions import media_src
from assessment.interchange.writers.base import MediaSource
from assessment.interchange.writers.texts import SRC, safe_name, sources


class Files:
    """The pictures and sounds of one question, opened once and named."""

    def __init__(self, value: Any, media: MediaSource) -> None:
        self.names: dict[str, str] = {}
        self._data: dict[str, bytes] = {}
        for number, src in enumerate(sources(value), start=1):
            try:
                name, data = media.open(src)
            except KeyError:
                continue
            self.names[src], self._data[src] = safe_name(name, number), data

    def pointed(self, html: str) -> str:
        """HTML that points to `@@PLUGINFILE@@/name`."""
        return SRC.sub(lambda match: f'src="{self.address(match[1])}"', html)

    def address(self, src: str) -> str:
        """How a text points to a file."""
        return f"@@PLUGINFILE@@/{self.names[src]}" if src in self.names else src

    def element(self, src: str) -> str:
        """The `file` element, "" for one that is not kept."""
        if src not in self._data:
            return ""
        data = b64encode(self._data[src]).decode()
        return f'<file name={quoteattr(self.names[src])} path="/" encoding="base64">{data}</file>\n'

    def elements(self, html: str) -> str:
        """The `file` elements of everything that a text points to."""
        return "".join(self.element(src) for src in dict.fromkeys(SRC.findall(html)))

    def keep(self, name: str, data: bytes) -> str:
        """As a MediaSink for reading back what was written: the `src` that these bytes had."""
        return next((src for src, known in self._data.items() if known == data), media_src(data))


def text(value: str) -> str:
    """A `text` child."""
    return f"<text>{escape(value)}</text>"


def html(tag: str, value: str, files: Files, inside: str = "", **attributes: str) -> str:
    """An element with HTML and its files; `inside` are further children."""
    said = "".join(f" {name}={quoteattr(given)}" for name, given in attributes.items())
    return f'<{tag}{said} format="html">{text(files.pointed(value))}{files.elements(value)}{inside}</{tag}>\n'


def plain(tag: str, value: str, inside: str = "", **attributes: str) -> str:
    """An element with plain text in a `text` child."""
    said = "".join(f" {name}={quoteattr(given)}" for name, given in attributes.items())
    return f"<{tag}{said}>{text(value)}{inside}</{tag}>\n"


def leaf(tag: str, value: object) -> str:
    """An element with nothing but a value."""
    return f"<{tag}>{escape(str(value))}</{tag}>\n"


def flags(tags: Iterable[str]) -> str:
    """Empty elements."""
    return "".join(f"<{tag}/>\n" for tag in tags)


def typed(value: str) -> str:
    """What stands in HTML, as a candidate would type it."""
    return " ".join(unescape(value).split())
