"""What a writer is given and what a format is. The formats themselves stand in `FORMATS` of this package."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

Stored = dict[str, Any]


class MediaSource(Protocol):
    """Where a writer gets pictures and sounds from."""

    def open(self, src: str) -> tuple[str, bytes]:
        """File name and bytes of a `src` that stands in content; raises KeyError for one that is not kept."""
        ...


@dataclass(frozen=True)
class ExportStimulus:
    """What several questions share: {"body": html, "audio"?, "transcript"?}. Equal `ref` is the same stimulus."""

    ref: str
    title: str
    content: Stored


@dataclass(frozen=True)
class ExportItem:
    """One question on its way out; the questions of a stimulus follow each other.

    `metadata` as in ParsedQuestion: level, difficulty, outcomes, topic, points, tags, seconds, where known.
    """

    id: str
    type: str
    content: Stored
    key: Stored
    name: str = ""
    category: str = ""
    language: str = "vi"
    level: str = ""
    metadata: Stored = field(default_factory=dict)
    stimulus: ExportStimulus | None = None


@dataclass(frozen=True)
class Format:
    """A format that can be written: `losses` names what it cannot carry of one item; [] means all of it."""

    code: str
    name: Any
    extension: str
    content_type: str
    losses: Callable[[str, Stored, Stored], list[str]]
    write: Callable[[Iterable[ExportItem], BinaryIO, MediaSource], None]
