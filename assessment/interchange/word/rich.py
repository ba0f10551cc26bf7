"""Text with the marks of each of its letters: what can be searched by words and cut without losing its looks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

OBJECT = "\ufffc"
"""Stands for a formula or a picture in the text."""
_ALIKE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_ALIKE |= {
    ord(space): " " for space in "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000"
}
_ALIKE |= {ord("–"): "-", ord("—"): "-", ord("−"): "-", ord("。"): "."}
TAGS = (("sub", "sub"), ("sup", "sup"), ("u", "u"), ("i", "i"), ("b", "b"))


@dataclass(frozen=True)
class Marks:
    """How a letter looks; `colour` and `shade` only where they differ from black on white."""

    b: bool = False
    i: bool = False
    u: bool = False
    sub: bool = False
    sup: bool = False
    colour: bool = False
    shade: bool = False
    label: bool = False
    """It was made by an automatic list and is not typed."""


PLAIN = Marks()
KEY_MARKS = ("u", "colour", "shade", "b")


@dataclass(frozen=True)
class Inside:
    """What stands at an OBJECT: its html, and what is unsure of it."""

    html: str
    fault: str = ""


@dataclass(frozen=True)
class Rich:
    """A text, the marks of each letter, and what stands at each OBJECT."""

    text: str = ""
    marks: tuple[Marks, ...] = ()
    inside: tuple[Inside, ...] = ()

    def __add__(self, other: "Rich") -> "Rich":
        return Rich(self.text + other.text, self.marks + other.marks, self.inside + other.inside)

    @property
    def plain(self) -> str:
        """The text with full-width signs, odd spaces and dashes made ordinary; as long as `text`."""
        return self.text.translate(_ALIKE)

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be seen."""
        return not self.plain.strip()

    def cut(self, start: int, end: int | None = None) -> "Rich":
        """A part of it, by places in `text`."""
        end = len(self.text) if end is None else end
        before = self.text.count(OBJECT, 0, start)
        within = self.text.count(OBJECT, start, end)
        return Rich(self.text[start:end], self.marks[start:end], self.inside[before : before + within])

    def strip(self) -> "Rich":
        """Without white space at both ends."""
        plain = self.plain
        return self.cut(len(plain) - len(plain.lstrip()), len(plain.rstrip())) if plain.strip() else Rich()

    def split(self, sign: str) -> list["Rich"]:
        """Its parts between a sign."""
        parts, start = [], 0
        for match in re.finditer(re.escape(sign), self.text):
            parts.append(self.cut(start, match.start()))
            start = match.end()
        return [*parts, self.cut(start)]

    @property
    def faults(self) -> list[str]:
        """What is unsure of its formulas and pictures."""
        return [each.fault for each in self.inside if each.fault]

    def has(self, mark: str, *, whole: bool) -> bool:
        """Whether all its letters (or any of them) carry a mark; formulas count only where they are alone."""
        signs = [(sign, each) for sign, each in zip(self.text, self.marks, strict=True) if not sign.isspace()]
        letters = [each for sign, each in signs if sign != OBJECT] or [each for _sign, each in signs]
        carried = [getattr(each, mark) for each in letters]
        return bool(carried) and (all(carried) if whole else any(carried))

    def html(self, without: frozenset[str] = frozenset()) -> str:
        """Its HTML; marks in `without` are left out, and so is all colour."""
        return "".join(self._pieces(without))

    def _pieces(self, without: frozenset[str]) -> Iterator[str]:
        inside, start = iter(self.inside), 0
        while start < len(self.text):
            end = start + 1
            look = _look(self.marks[start], without)
            while end < len(self.text) and _look(self.marks[end], without) == look:
                end += 1
            body = "".join(
                next(inside).html if sign == OBJECT else escape(sign, quote=False)
                for sign in self.text[start:end].replace("\t", " ").replace("\n", " ")
            )
            yield self._wrapped(body, look)
            start = end

    @staticmethod
    def _wrapped(body: str, look: tuple[str, ...]) -> str:
        if not body.strip():
            return body
        text = body.strip()
        lead, tail = body[: len(body) - len(body.lstrip())], body[len(body.rstrip()) :]
        return lead + "".join(f"<{tag}>" for tag in look) + text + "".join(f"</{tag}>" for tag in reversed(look)) + tail


def _look(marks: Marks, without: frozenset[str]) -> tuple[str, ...]:
    return tuple(tag for name, tag in TAGS if getattr(marks, name) and name not in without)


def plain_rich(text: str, marks: Marks = PLAIN) -> Rich:
    """Text that looks all alike."""
    return Rich(text, (marks,) * len(text))


@dataclass
class Line:
    """One line as a reader sees it: a paragraph, or a part of one between line breaks."""

    rich: Rich
    number: int
    """The paragraph in the file, from 1."""
    first: bool = True
    """Whether it begins its paragraph."""
    cell: bool = False
    """Whether it begins a cell or a text box."""
    role: str = ""
    """`solution`: of the open question, whatever it looks like; `unread`: of a row that could not be understood."""

    @property
    def text(self) -> str:
        """Its letters in ordinary form."""
        return self.rich.plain


@dataclass
class Table:
    """A table: rows of cells, each cell a list of lines and tables."""

    rows: list[list[list["Block"]]] = field(default_factory=list)
    number: int = 0

    def cell_text(self, row: int, column: int) -> str:
        """The plain text of one cell."""
        return block_text(self.rows[row][column])

    def texts(self) -> list[list[str]]:
        """The plain text of all cells."""
        return [[block_text(cell) for cell in row] for row in self.rows]

    def lines(self) -> Iterator["Block"]:
        """What is in it, cell after cell; tables inside stay tables."""
        for row in self.rows:
            for cell in row:
                yield from cell

    def html(self) -> str:
        """The table as HTML."""
        rows = "".join("<tr>" + "".join(f"<td>{blocks_html(cell)}</td>" for cell in row) + "</tr>" for row in self.rows)
        return f"<table>{rows}</table>"


Block = Line | Table


def block_text(blocks: list[Block]) -> str:
    """The plain text of some blocks, in one line."""
    texts = [
        each.text if isinstance(each, Line) else " ".join(" ".join(row) for row in each.texts()) for each in blocks
    ]
    return " ".join(" ".join(texts).split())


def blocks_html(blocks: list[Block], without: frozenset[str] = frozenset()) -> str:
    """Lines and tables as HTML, one line after the other."""
    parts = [each.rich.strip().html(without) if isinstance(each, Line) else each.html() for each in blocks]
    return "<br>".join(part for part in parts if part)
