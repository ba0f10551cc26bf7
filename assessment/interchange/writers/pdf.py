"""PDF papers: to be printed or handed out; nothing reads them back. Typeset by typst, formulas included."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import typst

from assessment.interchange.writers.base import ExportItem, Format, MediaSource, Stored
from assessment.interchange.writers.paper import pandoc, paper_html, with_pictures
from lms.core.i18n import _, _l

_KINDS = {"png", "jpg", "jpeg", "gif", "svg", "webp"}
_PREAMBLE = """#set page(paper: "a4", margin: (x: 2cm, y: 1.8cm), numbering: "1/1")
#set text(font: ("Be Vietnam Pro", "Libertinus Serif"), size: 11pt, lang: "vi")
#set par(leading: 0.75em, spacing: 0.85em)
#set table(stroke: 0.5pt, inset: 5pt)
#let horizontalrule = line(length: 100%, stroke: 0.5pt)
"""


def write(items: Iterable[ExportItem], out: BinaryIO, media: MediaSource) -> None:
    """The paper with its key and solutions at the end."""
    _write(items, out, media, keys=True)


def write_without_keys(items: Iterable[ExportItem], out: BinaryIO, media: MediaSource) -> None:
    """The paper alone."""
    _write(items, out, media, keys=False)


def _write(items: Iterable[ExportItem], out: BinaryIO, media: MediaSource, *, keys: bool) -> None:
    with TemporaryDirectory() as folder:

        def keep(name: str, data: bytes) -> str:
            kind = name.rpartition(".")[2].lower()
            path = Path(folder) / f"picture-{len(list(Path(folder).iterdir())) + 1}.{kind if kind in _KINDS else 'png'}"
            path.write_bytes(data)
            return path.name

        html = with_pictures(paper_html(items, keys=keys), media, keep)
        source = Path(folder) / "paper.typ"
        source.write_text(_PREAMBLE + pandoc(html, "typst").decode(), "utf-8")
        out.write(typst.compile(str(source), root=folder))


def losses(type: str, content: Stored, key: Stored) -> list[str]:
    """Nothing of a PDF can be read back."""
    return [_("everything but its looks: a PDF cannot be read back into questions")]


PDF = Format("pdf", _l("PDF, key and solutions at the end"), "pdf", "application/pdf", losses, write)
PDF_PAPER = Format("pdf_paper", _l("PDF, without the key"), "pdf", "application/pdf", losses, write_without_keys)
