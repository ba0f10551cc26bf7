"""What MathType writes of a formula (MTEF, version 5), taken apart into lines, signs and templates. Pure.

Written after Design Science's description of the format, “MTEF v.5 (MathType 4.0 and later)”; its names are kept. All
input is hostile: every length is checked, nothing is guessed, and what is not known makes the whole formula Unknown.
"""

import struct
from dataclasses import dataclass

from assessment.interchange.word.formulas import Unknown

MOST_BYTES, MOST_RECORDS, DEEPEST = 65_536, 5_000, 40
END, LINE, CHAR, TMPL, PILE, MATRIX, EMBELL, RULER, FONT_STYLE_DEF, SIZE = range(10)
COLOR, COLOR_DEF, FONT_DEF, EQN_PREFS, ENCODING_DEF = range(15, 20)
FUTURE = 100
_NULL, _RULER, _SPACED, _NUDGED = 1, 2, 4, 8
_EMBELLISHED, _SMALL_PLACE, _LARGE_PLACE, _NO_CODE = 1, 4, 0x10, 0x20
_CMYK, _NAMED = 1, 4


@dataclass(frozen=True)
class Char:
    """A sign: its code is Unicode, but for MathType's own between E000 and F8FF."""

    code: int
    style: int
    marks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Row:
    """A line of objects; None where its slot is empty on purpose."""

    items: "tuple[Item, ...] | None"


@dataclass(frozen=True)
class Lines:
    """Lines below each other."""

    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Grid:
    """A matrix, its cells row by row."""

    rows: int
    columns: int
    cells: tuple[Row, ...]


@dataclass(frozen=True)
class Template:
    """A template: which one, in which form, and what stands in its slots."""

    selector: int
    form: int
    items: "tuple[Item, ...]"


Item = Char | Row | Lines | Grid | Template


def parse(data: bytes) -> tuple[Item, ...]:
    """The objects of a formula; raises Unknown for everything that is not wholly understood."""
    if len(data) > MOST_BYTES or data[:1] != b"\5":
        raise Unknown("version")
    try:
        reader = _Reader(data)
        reader.at = data.index(b"\0", 5) + 2
        items = reader.objects(0)
    except (IndexError, struct.error, ValueError):
        raise Unknown("cut") from None
    if data[reader.at:].strip(b"\0"):
        raise Unknown("more")
    return items


class _Reader:
    """A place in the records."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.count, self.begun = data, 0, 0, False

    def byte(self) -> int:
        """The next byte."""
        self.at += 1
        return self.data[self.at - 1]

    def word(self) -> int:
        """The next two bytes."""
        low = self.byte()
        return low | self.byte() << 8

    def number(self) -> int:
        """A byte, or 255 and two bytes."""
        first = self.byte()
        return first if first < 255 else self.word()

    def skip(self, count: int) -> None:
        """Pass over some bytes, which must be there."""
        if self.at + count > len(self.data):
            raise IndexError
        self.at += count

    def objects(self, depth: int) -> tuple[Item, ...]:
        """Objects until the END of their list."""
        if depth > DEEPEST:
            raise Unknown("depth")
        found: list[Item] = []
        while True:
            self.count += 1
            if self.count > MOST_RECORDS:
                raise Unknown("records")
            kind = self.byte()
            if kind == END:
                return tuple(found)
            item = self._object(kind, depth)
            if item is not None:
                self.begun = True
                found.append(item)

    def _object(self, kind: int, depth: int) -> Item | None:
        """One object; None for what only says how things look."""
        if kind == LINE:
            return self._line(depth)
        if kind == CHAR:
            return self._char(depth)
        if kind == TMPL:
            return self._template(depth)
        if kind == PILE:
            return self._pile(depth)
        if kind == MATRIX:
            return self._matrix(depth)
        self._look(kind)
        return None

    def _options(self) -> int:
        options = self.byte()
        if options & _NUDGED and (self.byte(), self.byte()) == (128, 128):
            self.skip(4)
        return options

    def _line(self, depth: int) -> Row:
        options = self._options()
        if options & _SPACED:
            self.skip(2)
        self._ruler(options)
        return Row(None if options & _NULL else self.objects(depth + 1))

    def _ruler(self, options: int) -> None:
        if options & _RULER:
            if self.byte() != RULER:
                raise Unknown("ruler")
            self.skip(3 * self.byte())

    def _char(self, depth: int) -> Char:
        options = self._options()
        style = self.byte() - 128
        if options & _NO_CODE:
            raise Unknown("code")
        code = self.word()
        self.skip(bool(options & _SMALL_PLACE) + 2 * bool(options & _LARGE_PLACE))
        return Char(code, style, self._marks(depth) if options & _EMBELLISHED else ())

    def _marks(self, depth: int) -> tuple[int, ...]:
        """The embellishments of a sign, until their END."""
        marks = []
        while (kind := self.byte()) != END:
            if kind == EMBELL:
                self._options()
                marks.append(self.byte())
            elif SIZE <= kind <= COLOR:
                self._look(kind)
            else:
                raise Unknown("mark")
        return tuple(marks)

    def _template(self, depth: int) -> Template:
        self._options()
        selector, form = self.byte(), self.byte()
        if form & 128:
            form = form & 127 | self.byte() << 8
        self.byte()
        return Template(selector, form, self.objects(depth + 1))

    def _pile(self, depth: int) -> Lines:
        options = self._options()
        self.skip(2)
        self._ruler(options)
        found = self.objects(depth + 1)
        rows = tuple(each for each in found if isinstance(each, Row))
        if len(rows) != len(found):
            raise Unknown("pile")
        return Lines(rows)

    def _matrix(self, depth: int) -> Grid:
        self._options()
        self.skip(3)
        rows, columns = self.byte(), self.byte()
        for lines in (rows + 1, columns + 1):
            parts = (2 * lines + 7) // 8
            if any(self.data[self.at:self.at + parts]):
                raise Unknown("partition")
            self.skip(parts)
        cells = self.objects(depth + 1)
        if len(cells) != rows * columns or not all(isinstance(each, Row) for each in cells):
            raise Unknown("cells")
        return Grid(rows, columns, tuple(each for each in cells if isinstance(each, Row)))

    def _look(self, kind: int) -> None:
        """Pass over sizes, colours, fonts and preferences."""
        if SIZE < kind < COLOR:
            return
        if kind == SIZE:
            self.skip({101: 2, 100: 3}.get(self.byte(), 1))
        elif kind == COLOR:
            self.number()
        elif kind == COLOR_DEF:
            options = self.byte()
            self.skip(8 if options & _CMYK else 6)
            if options & _NAMED:
                self._name()
        elif kind == FONT_DEF:
            self.number()
            self._name()
        elif kind == FONT_STYLE_DEF:
            self.number()
            self.byte()
        elif kind == EQN_PREFS:
            self._preferences()
        elif kind == ENCODING_DEF:
            self._name()
        elif kind >= FUTURE and not self.begun:
            self.skip(self.number())
        else:
            raise Unknown(str(kind))

    def _name(self) -> None:
        self.at = self.data.index(b"\0", self.at) + 1

    def _preferences(self) -> None:
        """Sizes and spaces, written in half bytes that end with F each; then the fonts of the styles."""
        self.byte()
        for _array in range(2):
            left, half = self.byte(), 0
            while left:
                value = self.data[self.at] >> 4 if half == 0 else self.data[self.at] & 15
                left -= value == 15
                self.at, half = self.at + half, 1 - half
            self.at += half
        for _style in range(self.byte()):
            if self.number():
                self.byte()
