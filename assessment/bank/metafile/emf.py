"""Enhanced metafiles (EMF) onto a canvas. Written after [MS-EMF]; sections are named where used. Pure."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from assessment.bank.metafile import dib
from assessment.bank.metafile.canvas import (
    ANISOTROPIC,
    ISOTROPIC,
    PATTERN,
    SAME,
    Brush,
    Canvas,
    Matrix,
    Pen,
    Point,
    brush_of,
    colour_of,
    pen_of,
)
from assessment.bank.metafile.glyphs import Font
from assessment.bank.metafile.limits import LARGEST_SIDE, MOST_OBJECTS, MOST_RECORDS, Unreadable
from lms.core.i18n import _

_HEADER, _END, _COMMENT = 1, 14, 70
_OPAQUE, _GLYPHS, _NO_FRAME, _PAIRS = 2, 0x10, 0x100, 0x2000
_STOCK = 0x80000000
_STOCK_THINGS: dict[int, object] = {
    0: Brush("#ffffff"), 1: Brush("#c0c0c0"), 2: Brush("#808080"), 3: Brush("#404040"), 4: Brush("#000000"),
    5: Brush(None), 6: Pen("#ffffff"), 7: Pen("#000000"), 8: Pen(drawn=False)}
"""2.1.31; fonts and palettes of the stock change nothing here."""
_LARGEST_PLACE = 1 << 20


def begins(data: bytes) -> bool:
    """Whether these bytes begin as such a file (2.3.4.2)."""
    return data[:4] == b"\1\0\0\0" and data[40:44] == b" EMF"


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
    """(type, record without its eight bytes of head) of each record (2.3)."""
    place = 0
    for _count in range(MOST_RECORDS):
        code, size = struct.unpack_from("<2I", data, place)
        if size < 8 or size % 4 or place + size > len(data):
            raise Unreadable(_("it is damaged or cut off."))
        if code == _END:
            return
        yield code, data[place + 8:place + size]
        place += size
    raise Unreadable(_("it holds too much."))


def _player(data: bytes) -> "_Player":
    """A canvas as large as the frame (2.2.9), which is in hundredths of a millimetre."""
    left, top, right, bottom = struct.unpack_from("<4i", data, 24)
    dots_across, dots_down, wide, high = struct.unpack_from("<4i", data, 72)
    if right <= left or bottom <= top or min(dots_across, dots_down, wide, high) <= 0:
        raise Unreadable(_("it does not say how large it is."))
    per_x, per_y = dots_across / (wide * 100), dots_down / (high * 100)
    fit = min(1.0, LARGEST_SIDE * 2540 / 96 / max(right - left, bottom - top))
    scale = 96 / 2540 * fit
    width, height = max(1.0, (right - left) * scale), max(1.0, (bottom - top) * scale)

    def onto(x: float, y: float) -> Point:
        return (x / per_x - left) * scale, (y / per_y - top) * scale

    return _Player(Canvas(width, height, onto, resolution=per_x * 2540))


@dataclass
class _Player:
    """Plays records; the file says in which place an object lies."""

    canvas: Canvas
    objects: dict[int, object] = field(default_factory=dict)

    def play(self, code: int, body: bytes) -> None:
        if code in _WITHOUT_EFFECT:
            return
        act = _ACTS.get(code)
        if act is None:
            raise Unreadable(_("it draws in a way that cannot be kept (%(code)s).", code=code))
        act(self, body)

    def numbers(self, body: bytes, count: int, place: int = 0) -> tuple[int, ...]:
        """Signed numbers."""
        return struct.unpack_from(f"<{count}i", body, place)

    def comment(self, body: bytes) -> None:
        """What is noted: the newer drawing (EMF+) may replace this one ([MS-EMFPLUS] 2.3.3.3), then nothing is here."""
        if body[4:8] == b"EMF+" and body[8:10] == b"\x01\x40" and not body[10] & 1:
            raise Unreadable(_("it draws in a way that cannot be kept (%(code)s).", code="EMF+"))

    def select(self, body: bytes) -> None:
        which = struct.unpack_from("<I", body)[0]
        thing = _STOCK_THINGS.get(which - _STOCK) if which >= _STOCK else self.objects.get(which)
        if isinstance(thing, Pen):
            self.canvas.set(pen=thing)
        elif isinstance(thing, Brush):
            self.canvas.set(brush=thing)
        elif isinstance(thing, Font):
            self.canvas.set(font=thing)

    def delete(self, body: bytes) -> None:
        self.objects.pop(struct.unpack_from("<I", body)[0], None)

    def keep(self, body: bytes, thing: object) -> None:
        """Keep an object in its place."""
        if len(self.objects) >= MOST_OBJECTS:
            raise Unreadable(_("it holds too much."))
        self.objects[struct.unpack_from("<I", body)[0]] = thing

    def add_pen(self, body: bytes) -> None:
        style, width, _height, colour = struct.unpack_from("<IiiI", body, 4)
        self.keep(body, pen_of(style, abs(width), colour))

    def add_long_pen(self, body: bytes) -> None:
        """A pen whose width is in logical units only where it is geometric (2.3.7.9)."""
        style, width, _brush, colour = struct.unpack_from("<4I", body, 20)
        geometric = bool(style & 0x10000)
        self.keep(body, pen_of(style, width if geometric else 1, colour, cosmetic=not geometric))

    def add_brush(self, body: bytes) -> None:
        style, colour = struct.unpack_from("<2I", body, 4)
        self.keep(body, brush_of(style, colour))

    def add_font(self, body: bytes) -> None:
        """A font (2.2.13): five numbers, eight bytes, and its name."""
        height, width, angle, _turn, weight = self.numbers(body, 5, 4)
        italic, underline, struck, charset = struct.unpack_from("<4B", body, 24)
        face = body[32:96].decode("utf-16-le", "replace").split("\0")[0]
        self.keep(body, Font(height, width, angle, weight >= 600, bool(italic), bool(underline), bool(struck),
                             charset, face))

    def corner(self, body: bytes, *, of: str, first: int) -> None:
        """Origin (first 0) or extent (first 2) of `window` or `viewport`; an extent of nothing changes nothing."""
        x, y = self.numbers(body, 2)
        box = list(getattr(self.canvas.state, of))
        if first == 0 or (x and y):
            box[first:first + 2] = x, y
        self.canvas.set(**{of: tuple(box)})

    def mode(self, body: bytes) -> None:
        mode = self.numbers(body, 1)[0]
        if not 1 <= mode <= ANISOTROPIC:
            raise Unreadable(_("it is damaged or cut off."))
        self.canvas.set(mode=ANISOTROPIC if mode == ISOTROPIC else mode)

    def scale(self, body: bytes, *, of: str) -> None:
        """Make an extent larger or smaller (2.3.11.12)."""
        across, by_across, down, by_down = self.numbers(body, 4)
        if not all((across, by_across, down, by_down)):
            return
        x, y, width, height = getattr(self.canvas.state, of)
        self.canvas.set(**{of: (x, y, width * across / by_across, height * down / by_down)})

    def world(self, body: bytes) -> None:
        self.canvas.set(world=_matrix(body))

    def change_world(self, body: bytes) -> None:
        """Identity, from the left, from the right, or set (2.1.24)."""
        how = struct.unpack_from("<I", body, 24)[0]
        now, new = self.canvas.state.world, _matrix(body)
        worlds = {1: lambda: SAME, 2: lambda: _product(new, now), 3: lambda: _product(now, new), 4: lambda: new}
        if how in worlds:
            self.canvas.set(world=worlds[how]())

    def operation(self, body: bytes) -> None:
        if self.numbers(body, 1)[0] not in (13, 11):
            raise Unreadable(_("it mixes pictures in a way that cannot be kept (%(code)s).", code=body[:4].hex()))

    def points(self, body: bytes, *, small: bool) -> list[Point]:
        """The points of a record after its bounds: words or double words."""
        count = struct.unpack_from("<I", body, 16)[0]
        return _pairs(body, 20, count, small=small)

    def many(self, body: bytes, *, small: bool) -> list[list[Point]]:
        """The points of several figures (2.3.5.26)."""
        figures, count = struct.unpack_from("<2I", body, 16)
        if figures * 4 > len(body):
            raise Unreadable(_("it is damaged or cut off."))
        sizes = struct.unpack_from(f"<{figures}I", body, 24)
        if sum(sizes) > count:
            raise Unreadable(_("it is damaged or cut off."))
        points, place, found = _pairs(body, 24 + 4 * figures, count, small=small), 0, []
        for size in sizes:
            found.append(points[place:place + size])
            place += size
        return found

    def lines(self, body: bytes, *, small: bool) -> None:
        for points in self.many(body, small=small):
            self.canvas.line(points)

    def arc(self, body: bytes, *, kind: str) -> None:
        left, top, right, bottom, sx, sy, ex, ey = self.numbers(body, 8)
        self.canvas.arc((left, top, right, bottom), (sx, sy), (ex, ey), kind)

    def dot(self, body: bytes) -> None:
        x, y, colour = struct.unpack_from("<iiI", body)
        self.canvas.fill_box(x, y, x + 1, y + 1, colour_of(colour))

    def text(self, body: bytes, *, wide: bool) -> None:
        """ExtTextOut (2.3.5.7, 2.2.5): places in the record count from its head, which is eight bytes before."""
        x, y, count, at, options, left, top, right, bottom, steps_at = struct.unpack_from("<iiIIIiiiiI", body, 28)
        if options & _GLYPHS:
            raise Unreadable(_("its text is written without letters."))
        if options & _OPAQUE and not options & _NO_FRAME and right > left and bottom > top:
            self.canvas.fill_box(left, top, right, bottom, self.canvas.state.back_colour)
        size = count * (2 if wide else 1)
        if not count:
            return
        if max(count, at, steps_at) > _LARGEST_PLACE or at < 8 or at - 8 + size > len(body):
            raise Unreadable(_("it is damaged or cut off."))
        letters = body[at - 8:at - 8 + size]
        font = self.canvas.state.font
        text = font.known(letters.decode("utf-16-le", "replace")) if wide else font.decode(letters)
        pairs = 2 if options & _PAIRS else 1
        has_steps = steps_at >= 8 and steps_at - 8 + 4 * count * pairs <= len(body) and len(text) == count
        steps = struct.unpack_from(f"<{count * pairs}i", body, steps_at - 8)[::pairs] if has_steps else None
        self.canvas.text(x, y, text, steps)

    def picture(self, body: bytes) -> None:
        """StretchDIBits (2.3.1.7)."""
        x, y, sx, sy, sw, sh, head, head_size, bits, bits_size, _use, operation, w, h = struct.unpack_from(
            "<6i4I2I2i", body, 16)
        picture = _part(body, head, head_size) + _part(body, bits, bits_size)
        dib.draw(self.canvas, picture, (sx, sy, sw, sh), (x, y, x + w, y + h), operation)

    def block(self, body: bytes, *, stretched: bool) -> None:
        """BitBlt and StretchBlt (2.3.1.2, 2.3.1.6), which may have no bitmap."""
        x, y, w, h, operation, sx, sy = struct.unpack_from("<4iI2i", body, 16)
        head, head_size, bits, bits_size = struct.unpack_from("<4I", body, 76)
        if not bits_size:
            dib.paint(self.canvas, (x, y, x + w, y + h), operation)
            return
        sw, sh = struct.unpack_from("<2i", body, 92) if stretched else (w, h)
        picture = _part(body, head, head_size) + _part(body, bits, bits_size)
        dib.draw(self.canvas, picture, (sx, sy, sw, sh), (x, y, x + w, y + h), operation)


def _matrix(body: bytes) -> Matrix:
    a, b, c, d, e, f = struct.unpack_from("<6f", body)
    if not all(abs(each) < 1e7 for each in (a, b, c, d, e, f)):
        raise Unreadable(_("it draws far outside of its frame."))
    return a, b, c, d, e, f


def _product(first: Matrix, second: Matrix) -> Matrix:
    """The transform that does the first and then the second."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _pairs(body: bytes, place: int, count: int, *, small: bool) -> list[Point]:
    size = 4 if small else 8
    if place + count * size > len(body):
        raise Unreadable(_("it is damaged or cut off."))
    values = struct.unpack_from(f"<{2 * count}{'h' if small else 'i'}", body, place)
    return list(zip(values[::2], values[1::2], strict=True))


def _part(body: bytes, at: int, size: int) -> bytes:
    """A part of a record by its place, which counts from the record's head."""
    if at < 8 or at - 8 + size > len(body):
        raise Unreadable(_("it is damaged or cut off."))
    return body[at - 8:at - 8 + size]


def _of_points(act: Callable[[Canvas, list[Point]], None], *, small: bool) -> Callable[[_Player, bytes], None]:
    return lambda player, body: act(player.canvas, player.points(body, small=small))


def _figures(codes: tuple[int, int, int, int, int], *, small: bool) -> dict[int, Callable[[_Player, bytes], None]]:
    """Curves, polygons, lines and both of them onward, in words or double words."""
    acts: tuple[Callable[[Canvas, list[Point]], None], ...] = (
        lambda canvas, points: canvas.curve(points), lambda canvas, points: canvas.polygons([points]),
        lambda canvas, points: canvas.line(points), lambda canvas, points: canvas.curve(points, onward=True),
        lambda canvas, points: canvas.line(points, onward=True))
    return {code: _of_points(act, small=small) for code, act in zip(codes, acts, strict=True)}


# The header; brush origins, mappers, background and stretching modes, colours' adjustment, clipping (what lies outside
# of the frame is cut off anyway), palettes, miter limits, colour management, layout.
_WITHOUT_EFFECT = frozenset({_HEADER, 13, 16, 18, 21, 23, 26, 28, 29, 30, 48, 49, 50, 51, 52, 57, 58, 67, 75, 98, 99,
                             100, 101, 104, 111, 115})
_ACTS: dict[int, Callable[[_Player, bytes], None]] = {
    **_figures((2, 3, 4, 5, 6), small=False), **_figures((85, 86, 87, 88, 89), small=True),
    7: lambda player, body: player.lines(body, small=False), 90: lambda player, body: player.lines(body, small=True),
    8: lambda player, body: player.canvas.polygons(player.many(body, small=False)),
    91: lambda player, body: player.canvas.polygons(player.many(body, small=True)),
    9: lambda player, body: player.corner(body, of="window", first=2),
    10: lambda player, body: player.corner(body, of="window", first=0),
    11: lambda player, body: player.corner(body, of="viewport", first=2),
    12: lambda player, body: player.corner(body, of="viewport", first=0),
    15: _Player.dot, 17: _Player.mode, 20: _Player.operation,
    19: lambda player, body: player.canvas.set(winding=player.numbers(body, 1)[0] == 2),
    22: lambda player, body: player.canvas.set(align=struct.unpack_from("<I", body)[0]),
    24: lambda player, body: player.canvas.set(text_colour=colour_of(struct.unpack_from("<I", body)[0])),
    25: lambda player, body: player.canvas.set(back_colour=colour_of(struct.unpack_from("<I", body)[0])),
    27: lambda player, body: player.canvas.move(*player.numbers(body, 2)),
    31: lambda player, body: player.scale(body, of="viewport"),
    32: lambda player, body: player.scale(body, of="window"),
    33: lambda player, body: player.canvas.save(),
    34: lambda player, body: player.canvas.restore(player.numbers(body, 1)[0]),
    35: _Player.world, 36: _Player.change_world, 37: _Player.select, 40: _Player.delete,
    38: _Player.add_pen, 39: _Player.add_brush, 82: _Player.add_font, 95: _Player.add_long_pen,
    93: lambda player, body: player.keep(body, Brush(PATTERN)),
    94: lambda player, body: player.keep(body, Brush(PATTERN)),
    42: lambda player, body: player.canvas.ellipse(*player.numbers(body, 4)),
    43: lambda player, body: player.canvas.rectangle(*player.numbers(body, 4)),
    44: lambda player, body: player.canvas.rectangle(*player.numbers(body, 4)),
    45: lambda player, body: player.arc(body, kind="arc"), 46: lambda player, body: player.arc(body, kind="chord"),
    47: lambda player, body: player.arc(body, kind="pie"),
    54: lambda player, body: player.canvas.line([(player.numbers(body, 2)[0], player.numbers(body, 2)[1])],
                                                onward=True),
    59: lambda player, body: player.canvas.begin_path(), 60: lambda player, body: player.canvas.end_path(),
    61: lambda player, body: player.canvas.close_figure(), 68: lambda player, body: player.canvas.end_path(),
    62: lambda player, body: player.canvas.paint_path(stroked=False, filled=True),
    63: lambda player, body: player.canvas.paint_path(stroked=True, filled=True),
    64: lambda player, body: player.canvas.paint_path(stroked=True, filled=False),
    _COMMENT: _Player.comment, 76: lambda player, body: player.block(body, stretched=False),
    77: lambda player, body: player.block(body, stretched=True), 81: _Player.picture,
    83: lambda player, body: player.text(body, wide=False), 84: lambda player, body: player.text(body, wide=True),
}
