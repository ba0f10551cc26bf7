"""How a paper marks its right options: by stars, underlining, colour, shade or bold, of the letter or of all of it."""

from collections import Counter
from collections.abc import Iterable

from assessment.interchange.word.options import Option
from assessment.interchange.word.rich import KEY_MARKS

SIGNALS = ("star", *KEY_MARKS)


def marked(options: list[Option], signal: str) -> frozenset[int]:
    """The places of the options that carry a signal, on their letter or on all of their text."""
    return frozenset(place for place, option in enumerate(options) if _carries(option, signal))


def _carries(option: Option, signal: str) -> bool:
    if signal == "star":
        return option.starred
    return getattr(option.label, signal) or option.text.has(signal, whole=True)


def is_whole(option: Option, signal: str) -> bool:
    """Whether an option is marked as a whole and not only by its letter."""
    return signal != "star" and option.text.has(signal, whole=True)


def signals_of_paper(questions: Iterable[list[Option]]) -> tuple[str, ...]:
    """The signals by which this paper says its keys: those that tell options apart, and often enough."""
    counts: Counter[str] = Counter()
    for options in questions:
        for signal in SIGNALS:
            counts[signal] += 0 < len(marked(options, signal)) < len(options)
    most = max(counts.values(), default=0)
    return tuple(signal for signal in SIGNALS if counts[signal] >= max(1, 0.3 * most))
