r"""What is true of a paper: its questions as they were meant, before they were written down in some way.

Texts are in a small markup: `$tex$` a formula, `$$tex$$` one that stands alone, `[u]…[/u]` underlined because it
matters (a sound in a word), `[sub]…[/sub]`, `[sup]…[/sup]`, `[b]`, `[i]`, `[pic]` a picture, a line break for a
new paragraph.
"""

from dataclasses import dataclass, field


@dataclass
class Question:
    """One question; `right` holds places (from 0) of the right options or true statements."""

    kind: str
    """choice, statements, short or essay"""
    stem: str
    options: list[str] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    answer: str = ""
    explanation: str = ""
    stimulus: str = ""
    faults: set[str] = field(default_factory=set)
    """What the paper says wrongly or not at all: no_key, two_keys, conflict, letter_twice, missing_option."""
    label: str = ""


@dataclass
class Paper:
    """A Word file and its truth."""

    name: str
    way: str
    source: str
    data: bytes
    questions: list[Question]
