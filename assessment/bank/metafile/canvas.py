"""What a metafile draws on: a device of the Windows kind (GDI) whose strokes are elements of an SVG.

Points come in logical units, go through the world's transform and the window onto the device, and from there into the
drawing: [MS-EMF] 2.1.21 (map modes) and 3.1.1.2.1 (the four spaces). Figures in the SVG are pixels.
"""

import base64
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape, quoteattr

from assessment.bank.metafile.glyphs import PARTS, Font
from assessment.bank.metafile.limits import MOST_ELEMENTS, MOST_LETTERS, MOST_POINTS, MOST_SAVED, Unreadable
from lms.core.i18n import _

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]
SAME: Matrix = (1, 0, 0, 1, 0, 0)
TEXT, ISOTROPIC, ANISOTROPIC = 1, 7, 8
_UNITS = {2: 254.0, 3: 2540.0, 4: 100.0, 5: 1000.0, 6: 1440.0}
"""Units of an inch in the map modes that are measured; y counts upwards in them."""
UPDATE_POSITION, RIGHT, CENTRE, BOTTOM, BASELINE = 1, 2, 6, 8, 24
_THINNEST = 0.7
_KAPPA = 0.5522847498
"""How far the handles of four curves lie that make a circle."""


@dataclass(frozen=True)
class Pen:
    """A line: colour, width in logical units, dashes in widths."""

    colour: str = "#000000"
    width: float = 0
    dashes: tuple[int, ...] = ()
    drawn: bool = True
    cosmetic: bool = False
    """Its width is in pixels, whatever the scale."""


PATTERN = "pattern"


@dataclass(frozen=True)
class Brush:
    """A filling; None is none. PATTERN is refused where it is used, for hatches often carry a meaning."""

    colour: str | None = "#ffffff"


@dataclass(frozen=True)
class State:
    """What SaveDC keeps."""

    window: tuple[float, float, float, float] = (0, 0, 1, 1)
    viewport: tuple[float, float, float, float] = (0, 0, 1, 1)
    mode: int = TEXT
    world: Matrix = SAME
    pen: Pen = Pen()
    brush: Brush = Brush()
    font: Font = Font()
    text_colour: str = "#000000"
    back_colour: str = "#ffffff"
    align: int = 0
    winding: bool = False
    place: Point = (0, 0)


@dataclass
class Canvas:
    """`onto` takes a point of the device into the drawing, `resolution` is the device's pixels of an inch."""

    width: float
    height: float
    onto: Callable[[float, float], Point]
    resolution: float = 96.0
    state: State = State()
    saved: list[State] = field(default_factory=list)
    elements: list[str] = field(default_factory=list)
    points: int = 0
    path: list[str] | None = None
    """Between the beginning and the end of a path: its steps."""
    finished: list[str] = field(default_factory=list)

    def set(self, **changes: object) -> None:
        """Change the state."""
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]

    def save(self) -> None:
        """Keep the state."""
        if len(self.saved) >= MOST_SAVED:
            raise Unreadable(_("it holds too much."))
        self.saved.append(self.state)

    def restore(self, which: int) -> None:
        """Go back to a kept state: -1 is the last one, a number above zero counts from the first."""
        place = len(self.saved) + which if which < 0 else which - 1
        if not 0 <= place < len(self.saved):
            return
        self.state = self.saved[place]
        del self.saved[place:]

    def at(self, x: float, y: float) -> Point:
        """A logical point in the drawing."""
        a, b, c, d, e, f = self.state.world
        x, y = a * x + c * y + e, b * x + d * y + f
        if self.state.mode in _UNITS:
            scale = self.resolution / _UNITS[self.state.mode]
            wx, wy = self.state.window[:2]
            vx, vy = self.state.viewport[:2]
            x, y = (x - wx) * scale + vx, -(y - wy) * scale + vy
        else:
            wx, wy, ww, wh = self.state.window
            vx, vy, vw, vh = self.state.viewport
            across, down = (vw / ww, vh / wh) if self.state.mode in (ISOTROPIC, ANISOTROPIC) else (1.0, 1.0)
            x, y = (x - wx) * across + vx, (y - wy) * down + vy
        x, y = self.onto(x, y)
        if not (abs(x) < 1e6 and abs(y) < 1e6):
            raise Unreadable(_("it draws far outside of its frame."))
        return x, y

    def scale(self) -> tuple[float, float]:
        """Pixels of the drawing in a logical unit, across and down."""
        (x0, y0), (x1, y1), (x2, y2) = self.at(0, 0), self.at(1, 0), self.at(0, 1)
        return math.hypot(x1 - x0, y1 - y0), math.hypot(x2 - x0, y2 - y0)

    def move(self, x: float, y: float) -> None:
        """Go somewhere without drawing."""
        self.set(place=(x, y))
        if self.path is not None:
            self.path.append("M" + self._said([(x, y)]))

    def line(self, points: Sequence[Point], *, onward: bool = False) -> None:
        """Lines through points; `onward` from where the pen is, which then goes along."""
        self._stroke("L", points, onward)

    def curve(self, points: Sequence[Point], *, onward: bool = False) -> None:
        """Bezier curves: three points each after the first one."""
        self._stroke("C", points, onward)

    def _stroke(self, step: str, points: Sequence[Point], onward: bool) -> None:
        if not points:
            return
        start, rest = (self.state.place, points) if onward else (points[0], points[1:])
        if step == "C":
            rest = rest[:len(rest) // 3 * 3]
        moves = "" if onward and self.path else "M" + self._said([start])
        self._draw(moves + (step + self._said(rest) if rest else ""), filled=False)
        if onward and rest:
            self.set(place=rest[-1])

    def polygons(self, rings: Iterable[Sequence[Point]]) -> None:
        """Closed figures, filled together."""
        steps = ["M" + self._said(ring[:1]) + "L" + self._said(ring[1:]) + "Z" for ring in rings if len(ring) > 1]
        if steps:
            self._draw("".join(steps), filled=True)

    def rectangle(self, left: float, top: float, right: float, bottom: float) -> None:
        """A rectangle."""
        self.polygons([[(left, top), (right, top), (right, bottom), (left, bottom)]])

    def ellipse(self, left: float, top: float, right: float, bottom: float) -> None:
        """An ellipse in its frame."""
        x, y, a, b = (left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2
        h, v = a * _KAPPA, b * _KAPPA
        curves = [(x + a, y + v), (x + h, y + b), (x, y + b), (x - h, y + b), (x - a, y + v), (x - a, y),
                  (x - a, y - v), (x - h, y - b), (x, y - b), (x + h, y - b), (x + a, y - v), (x + a, y)]
        self._draw("M" + self._said([(x + a, y)]) + "C" + self._said(curves) + "Z", filled=True)

    def arc(self, frame: tuple[float, float, float, float], start: Point, end: Point, kind: str) -> None:
        """A part of an ellipse against the clock between two rays: `arc`, `chord` or `pie`."""
        left, top, right, bottom = frame
        x, y, a, b = (left + right) / 2, (top + bottom) / 2, abs(right - left) / 2, abs(bottom - top) / 2
        if not a or not b:
            return
        first = math.atan2(-(start[1] - y) / b, (start[0] - x) / a)
        sweep = (math.atan2(-(end[1] - y) / b, (end[0] - x) / a) - first) % (2 * math.pi) or 2 * math.pi
        steps = max(2, math.ceil(sweep / 0.1))
        points = [(x + a * math.cos(first + sweep * n / steps), y - b * math.sin(first + sweep * n / steps))
                  for n in range(steps + 1)]
        if kind == "arc":
            self.line(points)
        else:
            self.polygons([[(x, y), *points] if kind == "pie" else points])

    def begin_path(self) -> None:
        """From now on strokes are not drawn but kept."""
        self.path, self.finished = [], []

    def close_figure(self) -> None:
        """Close the figure of a path."""
        if self.path:
            self.path.append("Z")

    def end_path(self) -> None:
        """The path is whole."""
        self.finished, self.path = self.path or [], None

    def paint_path(self, *, stroked: bool, filled: bool) -> None:
        """Draw the kept path."""
        steps, self.finished = "".join(self.finished), []
        if steps.startswith("M"):
            self._element(steps, stroked=stroked, filled=filled)

    def text(self, x: float, y: float, text: str, steps: Sequence[float] | None) -> None:
        """A text; `steps` are the ways from each letter to the next in logical units."""
        if not text or self.path is not None:
            return
        self._count(len(text), MOST_LETTERS)
        if self.state.align & UPDATE_POSITION:
            x, y = self.state.place
        length = sum(steps) if steps else 0.0
        if self.state.align & UPDATE_POSITION and steps:
            self.set(place=(x + length, y))
        across = self.state.align & CENTRE
        _Text(self, self.state.font, text, steps).draw(self._baseline(x, y), across, length)

    def _baseline(self, x: float, y: float) -> Point:
        ascent, descent = self.state.font.extents
        down = self.scale()[1] * self.state.font.em
        px, py = self.at(x, y)
        if self.state.align & BASELINE == BASELINE:
            return px, py
        return px, py - descent * down if self.state.align & BOTTOM else py + ascent * down

    def fill_box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        """A box without a border."""
        before = self.state
        self.set(pen=Pen(drawn=False), brush=Brush(colour))
        self.rectangle(left, top, right, bottom)
        self.state = before

    def picture(self, png: bytes, left: float, top: float, right: float, bottom: float) -> None:
        """A picture of dots in its frame."""
        (x0, y0), (x1, y1) = self.at(left, top), self.at(right, bottom)
        data = base64.b64encode(png).decode()
        box = " ".join(f'{name}="{_number(value)}"' for name, value in (
            ("x", min(x0, x1)), ("y", min(y0, y1)), ("width", abs(x1 - x0)), ("height", abs(y1 - y0))))
        self.add(f'<image {box} preserveAspectRatio="none" href="data:image/png;base64,{data}"/>')

    def _draw(self, steps: str, *, filled: bool) -> None:
        if self.path is not None:
            self.path.append(steps)
        else:
            self._element(steps, stroked=True, filled=filled)

    def _element(self, steps: str, *, stroked: bool, filled: bool) -> None:
        fill = self.state.brush.colour if filled else None
        if fill == PATTERN:
            raise Unreadable(_("it fills with a pattern, which cannot be kept."))
        look = [f'fill="{fill or "none"}"']
        if fill and not self.state.winding:
            look.append('fill-rule="evenodd"')
        if stroked and self.state.pen.drawn:
            look.append(self._line_look())
        elif not fill:
            return
        self.add(f'<path d="{steps}" {" ".join(look)}/>')

    def _line_look(self) -> str:
        pen = self.state.pen
        scale = 96 / self.resolution if pen.cosmetic else sum(self.scale()) / 2
        width = max(_THINNEST, pen.width * scale)
        dashes = " ".join(_number(width * each) for each in pen.dashes)
        return (f'stroke="{pen.colour}" stroke-width="{_number(width)}" stroke-linejoin="round"'
                + (f' stroke-dasharray="{dashes}"' if dashes else ""))

    def _said(self, points: Sequence[Point]) -> str:
        self._count(len(points), MOST_POINTS)
        return " ".join(f"{_number(x)} {_number(y)}" for x, y in (self.at(*point) for point in points))

    def _count(self, more: int, most: int) -> None:
        self.points += more
        if more > most or self.points > MOST_POINTS:
            raise Unreadable(_("it holds too much."))

    def add(self, element: str) -> None:
        """One more element."""
        if len(self.elements) >= MOST_ELEMENTS:
            raise Unreadable(_("it holds too much."))
        self.elements.append(element)

    def svg(self) -> bytes:
        """The whole drawing; raises Unreadable where nothing was drawn."""
        if not self.elements:
            raise Unreadable(_("nothing is drawn in it."))
        width, height = _number(self.width), _number(self.height)
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
                f'viewBox="0 0 {width} {height}">{"".join(self.elements)}</svg>').encode()


@dataclass
class _Text:
    """One text on its way into the drawing."""

    canvas: Canvas
    font: Font
    text: str
    steps: Sequence[float] | None

    def draw(self, at: Point, across: int, length: float) -> None:
        wide, high = self.canvas.scale()
        size = self.font.em * high
        if not 0.5 <= size <= 2_000:
            return
        squeeze = self.font.squeeze * wide / high
        squeeze = squeeze if 0.1 <= squeeze <= 10 else 1.0
        x, y = at
        if self.steps and across in (RIGHT, CENTRE):
            x -= length * wide * (1 if across == RIGHT else 0.5)
        places = self._places(wide / squeeze)
        turn = f" rotate({_number(-self.font.angle / 10)})" if self.font.angle else ""
        widen = f" scale({_number(squeeze)} 1)" if abs(squeeze - 1) > 0.01 else ""
        frame = f'transform="translate({_number(x)} {_number(y)}){turn}{widen}"'
        plain = "".join(" " if sign in PARTS else sign for sign in self.text)
        inside = [self._part(sign, place, size) for sign, place in zip(self.text, places, strict=True) if sign in PARTS]
        if plain.strip():
            inside.append(self._letters(plain, places if self.steps else [0.0], size, across))
        if inside:
            self.canvas.add(f"<g {frame}>{''.join(inside)}</g>")

    def _places(self, wide: float) -> list[float]:
        """Where each letter stands, from the first."""
        places, place = [], 0.0
        for step in [*(self.steps or []), *[0.0] * len(self.text)][:len(self.text)]:
            places.append(place * wide)
            place += step
        return places

    def _part(self, sign: str, place: float, size: float) -> str:
        scale = _number(size / 1000)
        return (f'<path transform="translate({_number(place)} 0) scale({scale} -{scale})" d="{PARTS[sign]}" '
                f'fill="{self.canvas.state.text_colour}"/>')

    def _letters(self, text: str, places: list[float], size: float, across: int) -> str:
        font = self.font
        anchor = {RIGHT: "end", CENTRE: "middle"}.get(across, "") if not self.steps else ""
        lines = " ".join(name for name, has in (("underline", font.underline), ("line-through", font.struck)) if has)
        look = {"x": " ".join(map(_number, places)), "font-family": font.family, "font-size": _number(size),
                "fill": self.canvas.state.text_colour, "font-weight": "bold" if font.bold else "",
                "font-style": "italic" if font.italic else "", "text-anchor": anchor, "text-decoration": lines}
        said = " ".join(f"{name}={quoteattr(value)}" for name, value in look.items() if value)
        return f'<text {said} xml:space="preserve">{escape(_shown(text))}</text>'


def _shown(text: str) -> str:
    """Without what XML cannot say."""
    return "".join(sign if sign.isprintable() or sign == " " else " " for sign in text)


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") or "0"


def colour_of(value: int) -> str:
    """A COLORREF as SVG says it ([MS-WMF] 2.2.1.3): red is the lowest byte."""
    return f"#{value & 255:02x}{value >> 8 & 255:02x}{value >> 16 & 255:02x}"


DASHES = {1: (6, 3), 2: (2, 2), 3: (6, 2, 2, 2), 4: (6, 2, 2, 2, 2, 2)}


def pen_of(style: int, width: float, colour: int, *, cosmetic: bool = False) -> Pen:
    """A pen by its style ([MS-WMF] 2.1.1.23, [MS-EMF] 2.1.25)."""
    return Pen(colour_of(colour), width, DASHES.get(style & 15, ()), style & 15 != 5, cosmetic)


def brush_of(style: int, colour: int) -> Brush:
    """A brush by its style ([MS-WMF] 2.1.1.4)."""
    return Brush({0: colour_of(colour), 1: None}.get(style, PATTERN))
