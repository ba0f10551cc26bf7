"""The ladder: in which sizes and rates a lecture is offered. Pure; sizes in pixels, rates in kbit/s.

A rung is named by its short side, so a lecture held upright on a phone gets the same rungs as a wide one.
"""

from dataclasses import dataclass
from fractions import Fraction

STEPS = {240: 400, 360: 800, 540: 1600, 720: 2500, 1080: 4500}
"""Short side of a rung -> its highest video rate at 16:9."""
WORTH_A_RUNG = 1.2
"""A source this much above its highest step is offered in its own size too."""
SMALLEST_HALF = 96
"""A source whose half would be smaller than this keeps its size in the second rung."""
AUDIO_RATE = 96
HIGHEST_FPS = 30
LOWEST_FPS = 1


@dataclass(frozen=True)
class Rung:
    """One rendition to make: even sides, a ceiling on its rate, and x264's constant quality."""

    name: str
    width: int
    height: int
    rate: int
    quality: int = 23


def ladder(width: int, height: int) -> list[Rung]:
    """Rungs for an upright picture of `width` x `height`, smallest first: two or more, none upscaled."""
    short = min(width, height)
    sides = [side for side in STEPS if side <= short]
    own = min(short, max(STEPS))
    if not sides or (own >= sides[-1] * WORTH_A_RUNG):
        sides.append(own)
    if len(sides) > 1:
        return [_rung(width, height, side) for side in sides]
    return _small_ladder(width, height, sides[0])


def _small_ladder(width: int, height: int, side: int) -> list[Rung]:
    """Two rungs for a source that fits one step only: its own size, and half of it or half the rate."""
    top = _rung(width, height, side)
    if side // 2 >= SMALLEST_HALF:
        return [_rung(width, height, side // 2), top]
    low = Rung(f"{top.name}-low", top.width, top.height, max(40, top.rate // 2), quality=30)
    return [low, top]


def _rung(width: int, height: int, side: int) -> Rung:
    scale = Fraction(side, min(width, height))
    wide, high = _even(width * scale), _even(height * scale)
    return Rung(str(side), wide, high, _rate(wide, high))


def _even(length: Fraction) -> int:
    """The nearest even number that is not above `length`, at least 2: H.264 knows no odd sides."""
    return max(2, int(length) // 2 * 2)


def _rate(width: int, height: int) -> int:
    """A ceiling that follows the steps: by pixels of a 16:9 picture, in between on a line."""
    pixels = width * height
    points = [(side * side * 16 // 9, rate) for side, rate in STEPS.items()]
    below = (0, 60)
    for at, rate in points:
        if pixels <= at:
            share = (pixels - below[0]) / (at - below[0])
            return round(below[1] + share * (rate - below[1]))
        below = (at, rate)
    return round(points[-1][1] * min(2.0, pixels / points[-1][0]))


def frame_rate(fps: Fraction | None) -> Fraction:
    """The constant rate of all rungs: the source's own, within what a lecture needs; 25 if unknown."""
    if fps is None or fps <= 0:
        return Fraction(25)
    return min(Fraction(HIGHEST_FPS), max(Fraction(LOWEST_FPS), fps)).limit_denominator(1001)
