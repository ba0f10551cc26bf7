"""Whether a question comes back equal from a format: tried, where a list of what the format lacks finds nothing."""

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import BinaryIO

from assessment.interchange.questions import MediaSink, Parsed, ParsedQuestion, same_question
from assessment.interchange.writers.base import ExportItem, MediaSource, Stored
from lms.core.i18n import _

Write = Callable[[Iterable[ExportItem], BinaryIO, MediaSource], None]
Read = Callable[[BinaryIO, MediaSink], Iterator[Parsed]]
Losses = Callable[[str, Stored, Stored], list[str]]


class _Echo:
    """Media whose bytes are their own address, so that a picture is the same after the way out and in."""

    def open(self, src: str) -> tuple[str, bytes]:
        """A file that says where it was pointed to."""
        return "picture.png", src.encode()

    def keep(self, name: str, data: bytes) -> str:
        """The address that these bytes say."""
        return data.decode("ascii", errors="replace")


def with_trial(named: Losses, write: Write, read: Read) -> Losses:
    """`losses` of a format: what is named, or else that something small is lost where a trial shows it."""
    def losses(type: str, content: Stored, key: Stored) -> list[str]:
        """What the format cannot carry of this question; [] means that it comes back equal."""
        found = named(type, content, key)
        return found or ([] if comes_back(ExportItem("1", type, content, key), write, read) else [
            _("small things of its form, such as paragraphs, blanks and the length of an answer")])
    return losses


def comes_back(item: ExportItem, write: Write, read: Read) -> bool:
    """Whether writing and reading gives the same question."""
    out, media = BytesIO(), _Echo()
    write([item], out, media)
    out.seek(0)
    parsed = list(read(out, media))
    return (len(parsed) == 1 and isinstance(parsed[0], ParsedQuestion) and parsed[0].is_good
            and same_question(parsed[0], item))
