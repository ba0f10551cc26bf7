"""Word papers: formulas as formulas of Word, pictures inside; with the key at the end, or for candidates without it."""

from collections.abc import Iterable
from typing import BinaryIO

from assessment.interchange.writers.base import ExportItem, Format, MediaSource, Stored
from assessment.interchange.writers.paper import data_address, losses, pandoc, paper_html, with_pictures
from lms.core.i18n import _, _l

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def write(items: Iterable[ExportItem], out: BinaryIO, media: MediaSource) -> None:
    """The paper, its key table and its solutions; our own reader reads it back."""
    out.write(pandoc(with_pictures(paper_html(items, keys=True), media, data_address), "docx"))


def write_without_keys(items: Iterable[ExportItem], out: BinaryIO, media: MediaSource) -> None:
    """The paper alone, to be handed out."""
    out.write(pandoc(with_pictures(paper_html(items, keys=False), media, data_address), "docx"))


def losses_without_keys(type: str, content: Stored, key: Stored) -> list[str]:
    """A paper to be handed out has no keys."""
    return [_("the key and the explanation"), *losses(type, content, key)]


WORD = Format("docx", _l("Word (.docx), key and solutions at the end"), "docx", CONTENT_TYPE, losses, write)
WORD_PAPER = Format(
    "docx_paper", _l("Word (.docx), without the key"), "docx", CONTENT_TYPE, losses_without_keys, write_without_keys
)
