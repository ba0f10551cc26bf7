"""Where the words of a query stand in a text. Pure; the result is pieces of text, never HTML."""

import re
from collections.abc import Sequence

from search.query import Segment
from search.text import Word, exact, fold_in_place, has_marks, tidy

EXCERPT_LENGTH = 260
_LEAD = 60


def mark(text: str, words: Sequence[Word]) -> list[Segment]:
    """Cut a text into segments and mark the words of the query; marks that were typed must be right."""
    clean = tidy(text)
    return _segments(clean, _places(clean, words))


def excerpt(text: str, words: Sequence[Word], length: int = EXCERPT_LENGTH) -> list[Segment]:
    """Return the part of a text, about `length` characters, where the words stand thickest, marked."""
    clean = tidy(text)
    places = _places(clean, words)
    start = _thickest(places, length)
    begin, end = _whole_words(clean, max(0, start - _LEAD), length)
    inside = [(a - begin, b - begin) for a, b in places if a >= begin and b <= end]
    segments = _segments(clean[begin:end], inside)
    before, after = [Segment("… ")] * (begin > 0), [Segment(" …")] * (end < len(clean))
    return [*before, *segments, *after]


def _places(clean: str, words: Sequence[Word]) -> list[tuple[int, int]]:
    """Start and end of every word that the query has. One pass over the folded text finds candidates."""
    if not words:
        return []
    by_fold: dict[str, list[Word]] = {}
    for word in words:
        by_fold.setdefault(word.folded, []).append(word)
    choices = "|".join(_spelled(folded) for folded in sorted(by_fold, key=len, reverse=True))
    found = re.finditer(rf"(?<![^\W_])(?:{choices})(?![^\W_])", fold_in_place(clean))
    marked = has_marks(clean)
    return [place.span() for place in found if _is_asked(clean[place.start() : place.end()], by_fold, marked)]


def _spelled(folded: str) -> str:
    """A folded term as a pattern: a last i may be written y."""
    return re.escape(folded[:-1]) + "[iy]" if folded.endswith("i") else re.escape(folded)


def _is_asked(written: str, by_fold: dict[str, list[Word]], marked: bool) -> bool:
    plain = fold_in_place(written)
    asked = by_fold.get(plain) or by_fold.get(plain[:-1] + "i", [])
    return any(word.exact is None or not marked or word.exact == exact(written) for word in asked)


def _thickest(places: Sequence[tuple[int, int]], length: int) -> int:
    """The start of the first place with most others within reach."""
    best, most, last = 0, 0, 0
    for first, (start, _) in enumerate(places):
        while last < len(places) and places[last][1] <= start + length - _LEAD:
            last += 1
        if last - first > most:
            best, most = start, last - first
    return best


def _whole_words(text: str, begin: int, length: int) -> tuple[int, int]:
    """Move a window to the nearest spaces, so that no word is cut."""
    if begin > 0:
        space = text.find(" ", begin, begin + _LEAD)
        begin = space + 1 if space >= 0 else begin
    end = min(len(text), begin + length)
    if end < len(text):
        space = text.rfind(" ", begin + length // 2, end)
        end = space if space >= 0 else end
    return begin, end


def _segments(text: str, places: Sequence[tuple[int, int]]) -> list[Segment]:
    pieces: list[Segment] = []
    done = 0
    for start, end in places:
        pieces += [Segment(text[done:start]), Segment(text[start:end], hit=True)]
        done = end
    return [piece for piece in [*pieces, Segment(text[done:])] if piece.text]
