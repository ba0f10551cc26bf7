"""The options of a question, however they stand: on lines, in one line, in columns, in cells, with slips."""

import re
from dataclasses import dataclass, field

from assessment.interchange.word.rich import OBJECT, Block, Inside, Line, Marks, Rich, Table, plain_rich

_LABEL = re.compile(r"(?P<star>\*[ \t]?)?(?P<letter>[A-Fa-f])(?P<behind>\s?\*)?\s{0,2}(?P<end>[.):/])")
_CELL = re.compile(r"\s*\*?\s*([A-Fa-f])\s*[.):/]")
_LAST_LETTER = "f"


@dataclass(frozen=True)
class Label:
    """A place where an option may begin; `strength` says how much it looks like one."""

    letter: str
    start: int
    end: int
    at: int
    strength: int
    starred: bool
    end_sign: str


@dataclass
class Option:
    """An option: its letter, how the letter looks, its text."""

    letter: str
    label: Marks
    text: Rich
    starred: bool = False


@dataclass
class Split:
    """A question's text taken apart: stem, options, and what is odd about their letters."""

    stem: list[Block]
    options: list[Option] = field(default_factory=list)
    lower: bool = False
    bracketed: bool = False
    odd: list[str] = field(default_factory=list)


def is_option_table(table: Table) -> bool:
    """Whether every cell of a table that has something in it begins an option."""
    texts = [text for row in table.texts() for text in row if text.strip()]
    letters = [match[1].upper() for text in texts if (match := _CELL.match(text))]
    return len(texts) >= 2 and len(letters) == len(texts) and "A" in letters and len(table.rows[0]) > 1


def joined(blocks: list[Block]) -> tuple[Rich, set[int]]:
    """Lines one after the other with line breaks between; tables as objects. And where cells begin."""
    rich, cells = Rich(), set()
    for place, block in enumerate(blocks):
        if place:
            rich += plain_rich("\n")
        if isinstance(block, Line):
            if block.cell:
                cells.add(len(rich.text))
            rich += block.rich
        else:
            rich += Rich(OBJECT, (Marks(),), (Inside(block.html()),))
    return rich, cells


def split_options(blocks: list[Block], *, lower: bool) -> Split | None:
    """Stem and options where a chain of letters is found, the likeliest; None where there is none."""
    rich, cells = joined(blocks)
    labels = [each for each in _labels(rich, cells) if each.letter.islower() == lower]
    chain = _best_chain(labels, rich)
    if len(chain) < 2:
        return None
    extra = [
        each
        for each in labels
        if each not in chain and each.start > chain[0].start and each.strength >= 4 and each.letter.lower() <= "d"
    ]
    odd = [each.letter for each in extra]
    if len(chain) == 4 and min(each.strength for each in chain) < 3:
        odd += [
            each.letter
            for each in labels
            if each.letter in "Ee" and each.start > chain[3].end and each.end_sign in ".)"
        ]
    if len(chain) < 4:
        chain = sorted([*chain, *extra], key=lambda each: each.start)
    ends = [each.start for each in chain[1:]] + [len(rich.text)]
    options = [
        Option(each.letter, rich.marks[each.at], rich.cut(each.end, end).strip(), each.starred)
        for each, end in zip(chain, ends, strict=True)
    ]
    stem: list[Block] = [Line(part, 0) for part in rich.cut(0, chain[0].start).split("\n")]
    bracketed = all(each.end_sign == ")" for each in chain)
    return Split(stem, options, lower, bracketed, odd)


def _labels(rich: Rich, cells: set[int]) -> list[Label]:
    plain = rich.plain
    found = []
    for match in _LABEL.finditer(plain):
        strength = _strength(plain, match.start(), cells)
        at = match.start("letter")
        if rich.marks[at].label:
            strength = 5
        if match["end"] in "/:" and strength < 4 and not plain[match.end() : match.end() + 1].isspace():
            strength = 0  # "C/m" is a unit
        if strength:
            found.append(
                Label(
                    match["letter"],
                    match.start(),
                    match.end(),
                    at,
                    strength,
                    bool(match["star"] or match["behind"]),
                    match["end"],
                )
            )
    return found


def _strength(plain: str, start: int, cells: set[int]) -> int:
    before = plain[:start][-12:]
    gap = before[len(before.rstrip(" ")) :]
    last = before.rstrip(" ")[-1:]
    if start == 0 or last in ("\n", "\t") or (start in cells and not gap):
        return 4
    if len(gap) >= 2:
        return 3
    if gap:
        return 2 if last in (".", ";", "?", "!", OBJECT, ":") else 1
    return 1 if last in (OBJECT, ";") else 0


def _best_chain(labels: list[Label], rich: Rich) -> list[Label]:
    """The likeliest run of letters A, B, C, … in order."""
    best: list[tuple[int, list[Label]]] = []
    for place, label in enumerate(labels):
        low = label.letter.lower()
        if low == "a":
            empty = rich.cut(0, label.start).is_empty
            best.append((label.strength + 3 - (6 if empty else 0), [label]))
            continue
        options = [
            (score, chain)
            for score, chain in best[:place]
            if chain
            and ord(chain[-1].letter.lower()) + 1 == ord(low)
            and not rich.cut(chain[-1].end, label.start).is_empty
        ]
        if low > "d":
            least = max(2, *(min(each.strength for each in chain) for _score, chain in options), 0)
            options = options if label.strength >= least else []
        if options:
            score, chain = max(options, key=lambda each: each[0])
            best.append((score + label.strength + 3, [*chain, label]))
        else:
            best.append((-99, []))
    return max(best, key=lambda each: (each[0], -each[1][0].start if each[1] else 0), default=(0, []))[1]
