"""From the outline of a paper to questions of the bank, with everything that had to be guessed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import escape

from assessment.bank.cells import read_cells
from assessment.bank.content import read_number
from assessment.bank.markup import sanitise
from assessment.interchange.building import Built, finish
from assessment.interchange.questions import FileProblem, Found, Parsed, ParsedQuestion, ParsedStimulus, Unsure
from assessment.interchange.word import words
from assessment.interchange.word.keys import KeyBlock
from assessment.interchange.word.options import Option, Split, split_options
from assessment.interchange.word.outline import Draft, Outline, Passage
from assessment.interchange.word.rich import OBJECT, Block, Line, Marks, Rich, Table, block_text
from assessment.interchange.word.signals import is_whole, marked, signals_of_paper
from lms.core.i18n import _

_TICK = re.compile(r"\s*(?:x|v|✓|✔|☑|√|đ|s|đúng|sai)\s*$", re.I)
_STATEMENT = re.compile(r"\s*([a-d])\s*[).]\s*", re.I)
_UNIT = re.compile(r"(-?\d[\d.,]*)\s*([^\d\s].{0,20})$")
_LETTERS = "ABCDEF"


@dataclass
class Reading:
    """One question on its way: its draft, its split, its key as the end of the paper says it, what is unsure."""

    draft: Draft
    kind: str
    split: Split | None
    said: str = ""
    unsure: list[Unsure] = field(default_factory=list)
    truth_by_column: dict[int, bool] = field(default_factory=dict)

    def doubt(self, where: str, message: str) -> None:
        """Remember that something was guessed."""
        self.unsure.append(Unsure(where, message))


def questions_of(paper: Outline) -> Iterator[Parsed]:
    """Every question and passage of a paper in its order, then what the key says of questions that are not there."""
    readings = [_reading(draft) for draft in paper.drafts]
    problems = list(_give_keys(readings, paper.keys))
    signals = signals_of_paper([each.split.options for each in readings if each.split])
    told: set[str] = set()
    for reading in readings:
        passage = reading.draft.passage
        if passage is not None and passage.ref not in told:
            told.add(passage.ref)
            yield _stimulus(passage)
        yield _question(reading, signals)
    for passage in paper.passages:
        if passage.ref not in told:
            problems.append(
                FileProblem(
                    passage.invitation.number,
                    _("no question belongs to this passage"),
                    _("paragraph %(n)s", n=passage.invitation.number),
                )
            )
    for block in paper.unread:
        shown = block_text([block])[:80]
        problems.append(
            FileProblem(
                block.number,
                _("this belongs to no question and was not read: “%(text)s”", text=shown),
                _("paragraph %(n)s", n=block.number),
            )
        )
    for number, paragraph in paper.strays:
        problems.append(
            FileProblem(
                paragraph,
                _("the key speaks of question %(n)s, which was not found", n=number),
                _("Question %(n)s", n=number),
            )
        )
    yield from problems


def _reading(draft: Draft) -> Reading:
    upper, lower = (split_options(draft.blocks, lower=case) for case in (False, True))
    columns = _by_columns(draft)
    if columns is not None:
        return columns
    split, kind = _kind(draft, upper, lower)
    return Reading(draft, kind, split)


def _kind(draft: Draft, upper: Split | None, lower: Split | None) -> tuple[Split | None, str]:
    part = draft.part.kind
    full = lower is not None and len(lower.options) == 4
    if lower is not None and part == "statements" and not (upper and len(upper.options) >= 4 and not full):
        return lower, "statements"
    if upper is not None and part != "essay":
        return upper, "choice"
    if lower is not None and full and part != "essay":
        return lower, "statements" if lower.bracketed or draft.truths else "choice"
    if lower is not None and not lower.bracketed and len(lower.options) >= 3 and part in ("", "choice"):
        return lower, "choice"
    if draft.answer or part == "short":
        return None, "short"
    return None, "essay"


def _by_columns(draft: Draft) -> Reading | None:
    """Statements in a table with columns for true and false."""
    for place, block in enumerate(draft.blocks):
        if not isinstance(block, Table) or len(block.rows) < 4:
            continue
        rows = [row for row in block.rows if row and row[0] and _STATEMENT.match(_first(row[0]).text)]
        if len(rows) != 4 or draft.part.kind == "choice":
            continue
        options = []
        for row in rows:
            line = _first(row[0])
            match = _STATEMENT.match(line.text)
            assert match is not None
            options.append(Option(match[1], Marks(), line.rich.cut(match.end()).strip()))
        heads = block.texts()[0] if block.rows[0] is not rows[0] else []
        truths = {n: true for n, row in enumerate(rows) if (true := _ticked(heads, row)) is not None}
        split = Split([*draft.blocks[:place], *draft.blocks[place + 1 :]], options, True, True)
        return Reading(draft, "statements", split, truth_by_column=truths)
    return None


def _first(blocks: list[Block]) -> Line:
    return next((each for each in blocks if isinstance(each, Line)), Line(Rich(), 0))


def _ticked(heads: list[str], row: list[list[Block]]) -> bool | None:
    ticks = [n for n, cell in enumerate(row[1:], start=1) if _TICK.match(_first(cell).text)]
    if len(ticks) != 1:
        return None
    head = heads[ticks[0]].strip().lower() if ticks[0] < len(heads) else _first(row[ticks[0]]).text.strip().lower()
    return True if head.startswith(("đ", "t")) else False if head.startswith(("s", "f")) else None


def _give_keys(readings: list[Reading], blocks: list[KeyBlock]) -> Iterator[FileProblem]:
    """Hand what the end of the paper says to the questions; what fits none, or several, is told."""
    taken: dict[int, set[int]] = {}
    for block in blocks:
        of_part = [each for each in readings if not block.part or each.draft.part.name == block.part]
        of_kind = [each for each in of_part or readings if each.kind == block.kind]
        for number, said in block.said.items():
            same = [each for each in of_kind or readings if each.draft.number == number]
            same = [each for each in same if number not in taken.get(id(each), ())] or same
            if not same:
                yield FileProblem(
                    0,
                    _("the key speaks of question %(n)s, which was not found", n=number),
                    _("Question %(n)s", n=number),
                )
            for reading in same[:1]:
                if reading.said and reading.said != said:
                    reading.doubt("key", _("the paper gives two answers: %(a)s and %(b)s", a=reading.said, b=said))
                reading.said = said
            if len(same) > 1:
                same[0].doubt("key", _("several questions have the number %(n)s", n=number))


def _stimulus(passage: Passage) -> ParsedStimulus:
    blocks: list[Block] = passage.blocks or [passage.invitation]
    position = _("paragraph %(n)s", n=passage.invitation.number)
    body = sanitise(_paragraphs(blocks), **_staged())
    first = next((block.text for block in blocks if isinstance(block, Line) and block.text.strip()), "")
    return ParsedStimulus(
        passage.ref,
        " ".join(first.split())[:120],
        {"body": body},
        passage.invitation.number,
        source=_paragraphs([passage.invitation, *passage.blocks]),
        position=position,
    )


def _staged() -> dict[str, bool]:
    from inspect import signature

    return {"staged": True} if "staged" in signature(sanitise).parameters else {}


def _question(reading: Reading, signals: tuple[str, ...]) -> ParsedQuestion:
    draft = reading.draft
    position = _("Question %(n)s, paragraph %(p)s", n=draft.number, p=draft.paragraph)
    found = Found(draft.paragraph, draft.part.kind or reading.kind, "", "", position)
    metadata = _level(reading)
    build = {"choice": _choice, "statements": _statements, "short": _short, "essay": _essay}[reading.kind]
    built = build(reading, signals)
    _common_doubts(reading)
    explanation = _paragraphs(draft.solution)
    if explanation:
        built.key["model_answer" if built.type == "essay" else "explanation"] = explanation
    built = replace(built, unsure=tuple(dict.fromkeys(reading.unsure)), metadata=metadata)
    passage = draft.passage.ref if draft.passage else None
    return finish(found, built, _source(draft), passage)


def _common_doubts(reading: Reading) -> None:
    draft = reading.draft
    lines = [block.rich for block in [*draft.blocks, *draft.solution] if isinstance(block, Line)]
    for fault in [fault for rich in lines for fault in rich.faults]:
        reading.doubt("prompt", fault)
    if draft.odd_number:
        reading.doubt("prompt", _("its number does not follow the one before"))
    if draft.passage is not None and not draft.passage.last:
        reading.doubt("stimulus", _("the paper does not say which questions share this passage"))
    asked = "\n".join(block.text for block in draft.blocks if isinstance(block, Line))
    if words.INNER_START.search(asked, len(draft.blocks[0].text) if isinstance(draft.blocks[0], Line) else 0):
        reading.doubt("prompt", _("another question seems to begin inside this one"))
    if any(words.LOOSE_TEX.search(rich.text) for rich in lines):
        reading.doubt("prompt", _("TeX stands outside of a formula and is shown as it is typed"))
    if any("▢" in rich.text for rich in lines):
        reading.doubt("prompt", _("a sign of a special font could not be read"))


def _level(reading: Reading) -> dict[str, object]:
    """The level that stands in brackets before a question, which is then no part of its text."""
    blocks: list[Block] = reading.split.stem if reading.split else reading.draft.blocks
    first = blocks[0] if blocks else None
    metadata: dict[str, object] = {}
    if isinstance(first, Line) and (match := words.LEVEL.match(first.text)):
        metadata["level"] = words.LEVELS.get(match[1].lower(), "apply")
        blocks[0] = Line(first.rich.cut(match.end()), first.number)
    if number := re.search(r"\d+(?:[.,]\d+)?", reading.draft.points):
        metadata["points"] = number[0].replace(",", ".")
    return metadata


def _choice(reading: Reading, signals: tuple[str, ...]) -> Built:
    split = reading.split
    assert split is not None
    _letters(reading, split)
    right = _right(reading, split, signals)
    stem = _paragraphs(split.stem) or _asked_by_passage(reading)
    content = {"prompt": stem, "options": _options(reading, split, signals)}
    return Built("single_choice", content, {"correct": f"o{right + 1}" if right is not None else None})


def _asked_by_passage(reading: Reading) -> str:
    """What a question of nothing but options asks: its instruction, or the gap of its passage with its number."""
    passage, number = reading.draft.passage, reading.draft.number
    if passage is None:
        return ""
    if not passage.blocks:
        return _paragraphs([passage.invitation])
    if f"({number})" not in block_text(passage.blocks):
        return ""
    reading.doubt(
        "prompt", _("it has no text of its own and was taken to ask for gap (%(n)s) of its passage", n=number)
    )
    return f"<p>({number})</p>"


def _letters(reading: Reading, split: Split) -> None:
    """Doubts about the letters of the options."""
    letters = [option.letter.upper() for option in split.options]
    if letters != list(_LETTERS[: len(letters)]):
        reading.doubt("options", _("the letters of the options are %(letters)s", letters=", ".join(letters)))
    elif len(letters) != 4:
        reading.doubt("options", _("%(n)s options were found", n=len(letters)))
    if split.odd:
        reading.doubt(
            "options", _("another option seems to begin inside one: %(letters)s", letters=", ".join(split.odd))
        )


def _right(reading: Reading, split: Split, signals: tuple[str, ...]) -> int | None:
    """The place of the right option; doubts where the paper says none, several or different ones."""
    said: dict[str, int] = {}
    for signal in signals:
        places = marked(split.options, signal)
        if len(places) == len(split.options):
            continue
        if len(places) > 1:
            reading.doubt("key", _("%(n)s options are marked as right", n=len(places)))
        if places:
            said[signal] = min(places)
    for letter in (reading.draft.chosen, reading.said.strip().upper()):
        if letter in [option.letter.upper() for option in split.options]:
            said[f"letter {letter}"] = [option.letter.upper() for option in split.options].index(letter)
        elif letter:
            reading.doubt("key", _("the key says %(said)s, which is none of the options", said=letter[:20]))
    if not said:
        reading.doubt("key", _("the paper does not say which option is right"))
    elif len(set(said.values())) > 1 or reading.draft.conflict:
        marked_letters = {split.options[place].letter.upper() for place in said.values()}
        letters = ", ".join(sorted(marked_letters | set(reading.draft.others)))
        reading.doubt("key", _("the paper marks different options as right: %(letters)s", letters=letters))
    return next(iter(said.values()), None)


def _options(reading: Reading, split: Split, signals: tuple[str, ...]) -> list[dict[str, str]]:
    """The options as HTML, without the marks that only say which is right."""
    rows = []
    whole_lines = any(is_whole(option, "u") for option in split.options) and "u" in signals
    partly = any(option.text.has("u", whole=False) and not is_whole(option, "u") for option in split.options)
    if whole_lines and partly:
        reading.doubt("options", _("underlining says the key and is a part of the text as well"))
    for number, option in enumerate(split.options, start=1):
        dropped = frozenset(mark for mark in ("u", "b") if is_whole(option, mark) and (mark in signals or mark == "b"))
        rows.append({"id": f"o{number}", "text": option_html(option.text, dropped)})
    return rows


def option_html(rich: Rich, without: frozenset[str] = frozenset()) -> str:
    """An option's text; line breaks between its lines."""
    return "<br>".join(part for each in rich.split("\n") if (part := each.strip().html(without)))


def _statements(reading: Reading, signals: tuple[str, ...]) -> Built:
    split = reading.split
    assert split is not None
    _letters(reading, split)
    said = _truth_of(reading, split, signals)
    content = {"prompt": _paragraphs(split.stem), "options": _options(reading, split, signals)}
    if said is None:
        return Built("true_false", content, {})
    return Built("true_false", content, {"true": [f"o{place + 1}" for place in sorted(said)]})


def _truth_of(reading: Reading, split: Split, signals: tuple[str, ...]) -> set[int] | None:
    """The places of the true statements, out of all the ways in which the paper says it; None where it does not."""
    count, sources = len(split.options), []
    named = reading.draft.truths, words.truths(reading.said)
    suffixes = _suffixes(split)
    if not suffixes and any(words.SUFFIX.search(option.text.plain) for option in split.options):
        reading.doubt("options", _("some statements, but not all, end with the word that says whether they are true"))
    for truths in (*named, suffixes):
        if truths:
            sources.append({n for n, option in enumerate(split.options) if truths.get(option.letter.lower())})
            if len(truths) != count:
                reading.doubt("key", _("the key speaks of %(n)s statements", n=len(truths)))
    if reading.truth_by_column:
        sources.append({place for place, true in reading.truth_by_column.items() if true})
        if len(reading.truth_by_column) != count:
            reading.doubt("key", _("the key speaks of %(n)s statements", n=len(reading.truth_by_column)))
    if not sources:
        sources += [set(places) for signal in signals if (places := marked(split.options, signal))]
    if not sources:
        reading.doubt("key", _("the paper does not say which statements are true"))
        return None
    if any(each != sources[0] for each in sources):
        reading.doubt("key", _("the paper says in different ways which statements are true"))
    return sources[0]


def _suffixes(split: Split) -> dict[str, bool]:
    """`(Đ)` or `– Sai` behind every statement, which is then taken from its text."""
    matches = [words.SUFFIX.search(option.text.plain) for option in split.options]
    if not all(matches):
        return {}
    truths = {}
    for option, match in zip(split.options, matches, strict=True):
        if match is not None:
            truths[option.letter.lower()] = match["said"][0] in "Đđ"
            option.text = option.text.cut(0, match.start()).strip()
    return truths


def _short(reading: Reading, _signals: tuple[str, ...]) -> Built:
    draft = reading.draft
    content: dict[str, object] = {"prompt": _paragraphs(draft.blocks)}
    answers = [each.strip().rstrip(".") for each in (draft.answer, reading.said) if each.strip()]
    if not answers:
        reading.doubt("key", _("the paper does not say the answer"))
        return Built("short_numeric", content, {"accepted": []})
    if len({_number(each) for each in answers}) > 1 or draft.conflict:
        reading.doubt("key", _("the paper gives two answers: %(a)s and %(b)s", a=answers[0], b=answers[-1]))
    answer = answers[0]
    if draft.part.kind == "short" and read_cells(answer) is not None:
        return Built("four_cell", content, {"accepted": [read_cells(answer)]})
    if read_number(answer) is not None:
        return Built("short_numeric", content, {"accepted": [{"value": answer, "tolerance": "0"}]})
    unit = _UNIT.fullmatch(answer)
    if unit and read_number(unit[1]) is not None:
        content["unit"] = {"mode": "shown", "text": unit[2].strip()}
        reading.doubt("key", _("“%(unit)s” was taken as the unit", unit=unit[2].strip()))
        return Built("short_numeric", content, {"accepted": [{"value": unit[1], "tolerance": "0"}]})
    if OBJECT in answer:
        reading.doubt("key", _("the answer is a formula"))
    return Built("short_text", content, {"accepted": [{"text": answer.replace(OBJECT, "")}], "case_sensitive": False})


def _number(text: str) -> object:
    number = read_number(text)
    return text.lower() if number is None else number


def _essay(reading: Reading, _signals: tuple[str, ...]) -> Built:
    draft = reading.draft
    if draft.part.kind not in ("essay", ""):
        reading.doubt("options", _("no options were found"))
    elif draft.part.kind == "":
        reading.doubt("prompt", _("no options and no answer were found, so it was taken as an essay"))
    number = re.search(r"\d+(?:[.,]\d+)?", draft.points)
    points = number[0].replace(",", ".") if number else "1"
    levels = [{"points": points, "text": ""}, {"points": "0", "text": ""}]
    rubric = {"criteria": [{"id": "c1", "name": _("The whole answer"), "levels": levels}]}
    return Built(
        "essay",
        {"prompt": _paragraphs(draft.blocks)},
        {"rubric": rubric},
        notes=(_("the rubric has one criterion for the whole answer"),),
    )


def _paragraphs(blocks: list[Block]) -> str:
    """Lines as paragraphs, tables between them."""
    parts = []
    for block in blocks:
        if isinstance(block, Table):
            parts.append(block.html())
            continue
        rich = block.rich.strip()
        if not rich.is_empty:
            html = rich.html()
            parts.append(html if html.startswith("<table") else f"<p>{html}</p>")
    return "\n".join(parts)


def _source(draft: Draft) -> str:
    """The question as it stood in the paper."""
    head = f"<p><b>{escape(_('Question %(n)s', n=draft.number))}.</b></p>"
    solution = f"<hr>{_paragraphs(draft.solution)}" if draft.solution else ""
    return head + _paragraphs(draft.blocks) + solution
