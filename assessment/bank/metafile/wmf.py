"""Windows metafiles, the old kind (WMF), onto a canvas. Written after [MS-WMF]; sections are named where used. Pure."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from assessment.bank.metafile import dib
from assessment.bank.metafile.canvas import (
    ANISOTROPIC,
    PATTERN,
    Brush,
    Canvas,
    Pen,
    Point,
    brush_of,
    colour_of,
    pen_of,
)
from assessment.bank.metafile.glyphs import Font
from assessment.bank.metafile.limits import LARGEST_SIDE, MOST_OBJECTS, MOST_RECORDS, Unreadable
from lms.core.i18n import _

PLACEABLE = b"\xd7\xcd\xc6\x9a"
_WINDOW_EXTENT = 0x020C
_OPAQUE, _CLIPPED, _GLYPHS, _PAIRS = 2, 4, 0x10, 0x2000
_SOURCE_COPY_ONLY = 13


def begins(data: bytes) -> bool:
    """Whether these bytes begin as such a file: with a frame before it (2.3.2.3) or bare (2.3.2.2)."""
    return data[:4] == PLACEABLE or (data[:2] in (b"\1\0", b"\2\0") and data[2:6] in (b"\x09\0\0\1", b"\x09\0\0\3"))


def to_svg(data: bytes) -> bytes:
    """The picture as SVG; raises Unreadable."""
    try:
        player = _player(data)
        for code, body in _records(data):
            player.play(code, body)
        return player.canvas.svg()
    except (struct.error, IndexError):
        raise Unreadable(_("it is damaged or cut off.")) from None


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(function, parameters) of each record (2.3): the length is in words and counts its own head."""
    place = 40 if data[:4] == PLACEABLE else 18
    for _count in range(MOST_RECORDS):
        words, code = struct.unpack_from("<IH", data, place)
        if words < 3 or place + words * 2 > len(data):
            raise Unreadable(_("it is damaged or cut off."))
        if code == 0:
            return
        yield code, data[place + 6:place + words * 2]
        place += words * 2
    raise Unreadable(_("it holds too much."))


def _player(data: bytes) -> "_Player":
    """A canvas as large as the file says: its frame in units of its inch, else its window in twips."""
    frame, inch = (0, 0, 0, 0), 1440
    if data[:4] == PLACEABLE:
        *frame_read, inch = struct.unpack_from("<4hH", data, 6)
        frame = (frame_read[0], frame_read[1], frame_read[2], frame_read[3])
    left, top, right, bottom = frame
    if left == right or top == bottom:
        left = top = 0
        down, across = next((struct.unpack_from("<2h", body) for code, body in _records(data)
                             if code == _WINDOW_EXTENT), (0, 0))
        right, bottom = across, down
    if left == right or top == bottom:
        raise Unreadable(_("it does not say how large it is."))
    width, height = (abs(side) * 96 / (inch or 1440) for side in (right - left, bottom - top))
    fit = min(1.0, LARGEST_SIDE / max(width, height))
    width, height = max(1.0, width * fit), max(1.0, height * fit)
    canvas = Canvas(width, height, lambda x, y: (x, y))
    canvas.set(window=(left, top, right - left, bottom - top), viewport=(0, 0, width, height), mode=ANISOTROPIC)
    return _Player(canvas)


@dataclass
class _Player:
    """Plays records; objects lie in the lowest free place (3.1.4.1)."""

    canvas: Canvas
    objects: list[object | None] = field(default_factory=list)

    def play(self, code: int, body: bytes) -> None:
        if code in _WITHOUT_EFFECT:
            return
        act = _ACTS.get(code)
        if act is None:
            raise Unreadable(_("it draws in a way that cannot be kept (%(code)s).", code=f"{code:04X}"))
        act(self, body)

    def words(self, body: bytes, count: int) -> tuple[int, ...]:
        """Signed words."""
        return struct.unpack_from(f"<{count}h", body)

    def add(self, thing: object) -> None:
        """Keep an object."""
        if None in self.objects:
            self.objects[self.objects.index(None)] = thing
        elif len(self.objects) >= MOST_OBJECTS:
            raise Unreadable(_("it holds too much."))
        else:
            self.objects.append(thing)

    def select(self, body: bytes) -> None:
        thing = self.objects[struct.unpack_from("<H", body)[0]]
        if isinstance(thing, Pen):
            self.canvas.set(pen=thing)
        elif isinstance(thing, Brush):
            self.canvas.set(brush=thing)
        elif isinstance(thing, Font):
            self.canvas.set(font=thing)

    def delete(self, body: bytes) -> None:
        self.objects[struct.unpack_from("<H", body)[0]] = None

    def add_pen(self, body: bytes) -> None:
        style, width, _height, colour = struct.unpack_from("<HhhI", body)
        self.add(pen_of(style, abs(width), colour))

    def add_brush(self, body: bytes) -> None:
        style, colour = struct.unpack_from("<HI", body)
        self.add(brush_of(style, colour))

    def add_font(self, body: bytes) -> None:
        height, width, angle, _turn, weight = struct.unpack_from("<5h", body)
        italic, underline, struck, charset = struct.unpack_from("<4B", body, 10)
        face = body[18:50].split(b"\0")[0].decode("cp1252", "replace")
        self.add(Font(height, width, angle, weight >= 600, bool(italic), bool(underline), bool(struck), charset, face))

    def window(self, body: bytes, *, first: int) -> None:
        """The window's origin (first 0) or extent (first 2); a window without extent is left as it was."""
        y, x = self.words(body, 2)
        window = list(self.canvas.state.window)
        if first == 0 or (x and y):
            window[first:first + 2] = x, y
        self.canvas.set(window=tuple(window))

    def shift_window(self, body: bytes) -> None:
        y, x = self.words(body, 2)
        left, top, *rest = self.canvas.state.window
        self.canvas.set(window=(left + x, top + y, *rest))

    def operation(self, body: bytes) -> None:
        """How colours mix (2.1.1.2): only covering is known here, and not drawing."""
        if self.words(body, 1)[0] not in (_SOURCE_COPY_ONLY, 11):
            raise Unreadable(_("it mixes pictures in a way that cannot be kept (%(code)s).", code=body[:2].hex()))

    def move(self, body: bytes) -> None:
        y, x = self.words(body, 2)
        self.canvas.move(x, y)

    def line(self, body: bytes) -> None:
        y, x = self.words(body, 2)
        self.canvas.line([(x, y)], onward=True)

    def polyline(self, body: bytes) -> None:
        self.canvas.line(_points(body, self.words(body, 1)[0], 2))

    def polygon(self, body: bytes) -> None:
        self.canvas.polygons([_points(body, self.words(body, 1)[0], 2)])

    def polygons(self, body: bytes) -> None:
        count = struct.unpack_from("<H", body)[0]
        sizes = struct.unpack_from(f"<{count}H", body, 2)
        rings, place = [], 2 + 2 * count
        for size in sizes:
            rings.append(_points(body, size, place))
            place += size * 4
        self.canvas.polygons(rings)

    def rectangle(self, body: bytes) -> None:
        bottom, right, top, left = self.words(body, 4)
        self.canvas.rectangle(left, top, right, bottom)

    def round_rectangle(self, body: bytes) -> None:
        bottom, right, top, left = self.words(body[4:], 4)
        self.canvas.rectangle(left, top, right, bottom)

    def ellipse(self, body: bytes) -> None:
        bottom, right, top, left = self.words(body, 4)
        self.canvas.ellipse(left, top, right, bottom)

    def arc(self, body: bytes, *, kind: str) -> None:
        ey, ex, sy, sx, bottom, right, top, left = self.words(body, 8)
        self.canvas.arc((left, top, right, bottom), (sx, sy), (ex, ey), kind)

    def dot(self, body: bytes) -> None:
        colour, y, x = struct.unpack_from("<Ihh", body)
        self.canvas.fill_box(x, y, x + 1, y + 1, colour_of(colour))

    def text(self, body: bytes) -> None:
        """TextOut (2.3.3.20)."""
        count = self.words(body, 1)[0]
        y, x = struct.unpack_from("<2h", body, 2 + count + count % 2)
        self._text(x, y, body[2:2 + count], None)

    def extended_text(self, body: bytes) -> None:
        """ExtTextOut (2.3.3.5)."""
        y, x, count, options = struct.unpack_from("<hhhH", body)
        if options & _GLYPHS or count < 0:
            raise Unreadable(_("its text is written without letters."))
        place = 8
        if options & (_OPAQUE | _CLIPPED):
            if options & _OPAQUE:
                left, top, right, bottom = struct.unpack_from("<4h", body, place)
                self.canvas.fill_box(left, top, right, bottom, self.canvas.state.back_colour)
            place += 8
        letters = body[place:place + count]
        if len(letters) < count:
            raise Unreadable(_("it is damaged or cut off."))
        place += count + count % 2
        width = 2 if options & _PAIRS else 1
        has_steps = len(body) >= place + 2 * count * width
        steps = struct.unpack_from(f"<{count * width}h", body, place)[::width] if has_steps else None
        self._text(x, y, letters, steps)

    def _text(self, x: int, y: int, letters: bytes, steps: tuple[int, ...] | None) -> None:
        text = self.canvas.state.font.decode(letters)
        self.canvas.text(x, y, text, steps if steps and len(text) == len(letters) else None)

    def pattern_box(self, body: bytes) -> None:
        operation, height, width, y, x = struct.unpack_from("<I4h", body)
        dib.paint(self.canvas, (x, y, x + width, y + height), operation)

    def bitmap(self, body: bytes, *, layout: str) -> None:
        """A bitmap (2.3.1); `layout` is that of its parameters, the last four of which are its frame."""
        head = struct.calcsize(layout)
        operation, *rest = struct.unpack_from(layout, body)
        height, width, y, x = rest[-4:]
        source_y, source_x = rest[-6:-4]
        tall, wide = rest[-8:-6] if len(rest) >= 8 else (height, width)
        dib.draw(self.canvas, body[head:], (source_x, source_y, wide, tall), (x, y, x + width, y + height), operation)

    def small_bitmap(self, body: bytes) -> None:
        """DibBitBlt (2.3.1.2), which may have no bitmap."""
        if len(body) <= 18:
            operation, _sy, _sx, _none, height, width, y, x = struct.unpack_from("<I7h", body)
            dib.paint(self.canvas, (x, y, x + width, y + height), operation)
        else:
            self.bitmap(body, layout="<I6h")


def _points(body: bytes, count: int, place: int) -> list[Point]:
    if count < 0:
        raise Unreadable(_("it is damaged or cut off."))
    values = struct.unpack_from(f"<{2 * count}h", body, place)
    return list(zip(values[::2], values[1::2], strict=True))


# Background mode, stretching, spacing, mapper, palettes, clipping (what lies outside of the frame is cut off anyway),
# viewports (a picture is scaled into its place whatever they say), layout, and escapes, which are notes of programs.
_WITHOUT_EFFECT = frozenset({
    0x0102, 0x0103, 0x0105, 0x0107, 0x0108, 0x020A, 0x020D, 0x020E, 0x0211, 0x0412, 0x0415, 0x0416, 0x0220, 0x0626,
    0x012C, 0x0231, 0x0234, 0x0035, 0x0436, 0x0037, 0x0139, 0x0149})
_ACTS: dict[int, Callable[[_Player, bytes], None]] = {
    0x0104: _Player.operation,
    0x0106: lambda player, body: player.canvas.set(winding=player.words(body, 1)[0] == 2),
    0x012E: lambda player, body: player.canvas.set(align=struct.unpack_from("<H", body)[0]),
    0x0201: lambda player, body: player.canvas.set(back_colour=colour_of(struct.unpack_from("<I", body)[0])),
    0x0209: lambda player, body: player.canvas.set(text_colour=colour_of(struct.unpack_from("<I", body)[0])),
    0x020B: lambda player, body: player.window(body, first=0),
    _WINDOW_EXTENT: lambda player, body: player.window(body, first=2),
    0x020F: _Player.shift_window,
    0x0213: _Player.line, 0x0214: _Player.move, 0x0324: _Player.polygon, 0x0325: _Player.polyline,
    0x0538: _Player.polygons, 0x041B: _Player.rectangle, 0x061C: _Player.round_rectangle, 0x0418: _Player.ellipse,
    0x0817: lambda player, body: player.arc(body, kind="arc"),
    0x0830: lambda player, body: player.arc(body, kind="chord"),
    0x081A: lambda player, body: player.arc(body, kind="pie"),
    0x041F: _Player.dot,
    0x001E: lambda player, body: player.canvas.save(),
    0x0127: lambda player, body: player.canvas.restore(player.words(body, 1)[0]),
    0x012D: _Player.select, 0x01F0: _Player.delete,
    0x02FA: _Player.add_pen, 0x02FB: _Player.add_font, 0x02FC: _Player.add_brush,
    0x0142: lambda player, body: player.add(Brush(PATTERN)), 0x01F9: lambda player, body: player.add(Brush(PATTERN)),
    0x00F7: lambda player, body: player.add("palette"), 0x06FF: lambda player, body: player.add("region"),
    0x0521: _Player.text, 0x0A32: _Player.extended_text,
    0x061D: _Player.pattern_box, 0x0940: _Player.small_bitmap,
    0x0B41: lambda player, body: player.bitmap(body, layout="<I8h"),
    0x0F43: lambda player, body: player.bitmap(body, layout="<IH8h"),
}
