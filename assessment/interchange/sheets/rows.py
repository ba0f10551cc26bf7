"""Rows of a question table as questions: found by their headings, each row taken or refused."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from assessment.bank.content import number_text, read_number
from assessment.bank.markup import source_to_html
from assessment.interchange import building as b
from assessment.interchange import questions as q
from assessment.interchange.sheets import layout
from assessment.interchange.tags import LEVEL_WORDS
from assessment.interchange.texts import Texts
from lms.core.i18n import _

Row = tuple[int, list[str]]
HEADINGS_WITHIN = 30
FORMULA = "\ue005"
"""Stands for a cell that holds a formula of the spreadsheet."""
LONGEST_CELL = 32_767
"""Characters that a cell of a spreadsheet holds."""
_SPREAD = re.compile(r"(.*?)\s*(?:±|\+-|\+/-)\s*(.*)\Z", re.S)
_LETTERED = re.compile(r"([a-dA-D])\s*[).:\-]?\s*(đúng|sai|true|false|đ|s|t|f)(?![^\W\d_])", re.I)


def find_headings(cells: Iterable[str]) -> dict[int, str] | None:
    """Column number -> field; None where the row is not one of headings (it has no question and no answer)."""
    found: dict[int, str] = {}
    for place, cell in enumerate(cells):
        field = layout.field_of(cell) if len(cell) <= 60 else None
        if field and field not in found.values():
            found[place] = field
    return found if "question" in found.values() and len(found) > 1 else None


def read_rows(rows: Iterator[Row], media: q.MediaSink, sheet: str = "") -> Iterator[q.Parsed]:
    """Every row after the headings that is not empty."""
    headings: dict[int, str] | None = None
    for line, cells in rows:
        if headings is None:
            headings = find_headings(cells)
            if headings is None and line >= HEADINGS_WITHIN:
                break
            continue
        given = {field: cells[place].strip() for place, field in headings.items() if place < len(cells)}
        if any(given.values()):
            yield _read_row(line, given, media, sheet)
    if headings is None:
        yield no_headings()


def no_headings() -> q.FileProblem:
    """What is said of a table that is not of this layout."""
    message = _("the table has no row of headings with a column “%(name)s”", name="Câu hỏi / Question")
    return q.FileProblem(1, message)


def _read_row(line: int, given: Mapping[str, str], media: q.MediaSink, sheet: str) -> q.ParsedQuestion:
    position = _("sheet “%(sheet)s”, row %(line)s", sheet=sheet, line=line) if sheet else ""
    found = q.Found(line, given.get("type", "")[:60], given.get("name", ""), _topic(given), position)
    texts = Texts(media)
    try:
        for name, cell in given.items():
            if cell == FORMULA:
                raise q.Refused(_("the cell “%(name)s” holds a formula of the spreadsheet; write its value",
                                  name=name))
            if len(cell) > q.LONGEST_QUESTION and "base64" not in cell:
                raise q.Refused(_("the cell “%(name)s” has more than %(n)s characters", name=name,
                                  n=q.LONGEST_QUESTION))
        kind = _type(given)
        built = _BUILDERS[kind](_Row(given, texts))
        metadata, notes = _metadata(given)
        built = b.Built(built.type, built.content, built.key, (*built.notes, *texts.notes, *notes),
                        tuple(texts.problems), built.unsure, metadata)
        return b.finish(found, built, source_to_html(given.get("question", "")))
    except q.Refused as refusal:
        return q.refuse(found, str(refusal), source_to_html(given.get("question", "")[:q.LONGEST_QUESTION]))


def _topic(given: Mapping[str, str]) -> str:
    return " / ".join(" ".join(part.split()) for part in given.get("topic", "").split("/") if part.strip())[:200]


def _type(given: Mapping[str, str]) -> str:
    """The type that the row names, or that its options and answer show."""
    if word := given.get("type", ""):
        if kind := layout.type_of(word):
            return kind
        raise q.unsupported(word)
    options, answer = _options(given), given.get("answer", "")
    if not options:
        if not answer:
            return "essay"
        if answer.lower() in layout.TRUE_WORDS | layout.FALSE_WORDS:
            return "single_true_false"
        return "short_numeric" if _numbers(answer) else "short_text"
    if len(options) == 4 and _truths(answer) is not None:
        return "true_false"
    if all(layout.ARROW in option for option in options):
        return "matching"
    return "multiple_response" if len(_letters(answer)) > 1 else "single_choice"


def _options(given: Mapping[str, str]) -> list[str]:
    """The options up to the last that is filled; holes among them stay, to be named."""
    cells = [given.get(letter, "") for letter in layout.LETTERS]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _letters(answer: str) -> list[str]:
    compact = re.sub(r"[\s,;.)+&/|]+|\bvà\b|\band\b", "", answer.upper())
    return list(dict.fromkeys(compact)) if compact and all(sign in layout.LETTERS for sign in compact) else []


def _truths(answer: str) -> list[bool] | None:
    """Of `Đ S Đ S`, `ĐSĐS` or `a) Đ, b) S, …`: four truths in order; None where it says no such thing."""
    lettered = _LETTERED.findall(answer)
    if {letter.lower() for letter, _word in lettered} == set("abcd") and len(lettered) == 4:
        words = [word for _letter, word in sorted(lettered, key=lambda each: each[0].lower())]
    else:
        words = re.split(r"[\s,;/|\-]+", answer.strip())
        words = list(words[0]) if len(words) == 1 else words
    plain = [word.strip(".").lower() for word in words]
    if len(plain) != 4 or not all(word in layout.TRUE_WORDS | layout.FALSE_WORDS for word in plain):
        return None
    return [word in layout.TRUE_WORDS for word in plain]


def _numbers(answer: str) -> list[dict[str, Any]]:
    """Accepted values of `1,5 ± 0,1 | 3 ± 5%`; [] where one of them is no number."""
    accepted = []
    for piece in answer.split(layout.SEVERAL):
        spread = _SPREAD.match(piece.strip())
        value, tolerance = (spread[1], spread[2]) if spread else (piece.strip(), "0")
        share = tolerance.endswith("%")
        number, margin = read_number(value), read_number(tolerance.rstrip("% "))
        if number is None or margin is None:
            return []
        accepted.append({"value": value, "tolerance": str(margin / 100) if share else tolerance,
                         **({"relative": True} if share else {})})
    return accepted


def _metadata(given: Mapping[str, str]) -> tuple[dict[str, Any], tuple[str, ...]]:
    said: dict[str, Any] = {}
    notes: list[str] = []
    if word := given.get("level", ""):
        if level := LEVEL_WORDS.get(word.lower()):
            said["level"] = level
        else:
            notes.append(_("the level “%(text)s” is not known", text=word[:40]))
    for name in ("points", "difficulty"):
        number = read_number(given.get(name, ""))
        if number is not None and (name == "points" or 0 <= number <= 1):
            said[name] = float(number) if name == "difficulty" else number_text(number)
        elif given.get(name):
            notes.append(_("“%(text)s” is not a number that can stand in its column", text=given[name][:40]))
    for name in ("outcomes", "tags"):
        words = [" ".join(word.split())[:100] for word in given.get(name, "").split(";")]
        if any(words):
            said[name] = [word for word in words if word][:30]
    return said, tuple(notes)


class _Row:
    """A row whose texts are HTML."""

    def __init__(self, given: Mapping[str, str], texts: Texts) -> None:
        self._texts = texts
        self.answer = given.get("answer", "")
        self.prompt = self.html(given.get("question", ""))
        self.general = self.html(given.get("explanation", ""))
        self.cells = _options(given)

    def html(self, text: str) -> str:
        """A cell as HTML."""
        return self._texts.html(text, "moodle") if text else ""

    def options(self) -> list[dict[str, str]]:
        """The options with their ids."""
        return [{"id": f"o{number}", "text": self.html(text)} for number, text in enumerate(self.cells, start=1)]


def _choice(row: _Row, *, single: bool) -> b.Built:
    letters = _letters(row.answer)
    named = [layout.LETTERS.index(letter) for letter in letters]
    if not named or max(named) >= len(row.cells) or (single and len(named) > 1):
        raise q.Refused(_("the answer “%(text)s” is none of the options", text=row.answer[:20]))
    correct = [f"o{place + 1}" for place in sorted(named)]
    return b.Built("single_choice" if single else "multiple_response", {"prompt": row.prompt, "options": row.options()},
                   {"correct": correct[0] if single else correct, "explanation": row.general})


def _statement(row: _Row) -> b.Built:
    word = row.answer.lower().strip(" .")
    if word not in layout.TRUE_WORDS | layout.FALSE_WORDS:
        raise q.Refused(_("the question does not say which of true and false is right"))
    return b.build_true_false(row.prompt, true=word in layout.TRUE_WORDS, general=row.general)


def _statements(row: _Row) -> b.Built:
    truths = _truths(row.answer)
    if truths is None:
        raise q.Refused(_("the answer “%(text)s” does not say true or false four times, as in %(example)s",
                          text=row.answer[:20], example="Đ S Đ S"))
    true = [f"o{place}" for place, truth in enumerate(truths, start=1) if truth]
    return b.Built("true_false", {"prompt": row.prompt, "options": row.options()},
                   {"true": true, "explanation": row.general})


def _numeric(row: _Row) -> b.Built:
    accepted = _numbers(row.answer)
    if not accepted:
        raise q.Refused(_("“%(text)s” is not a number; write for example −1,5 or 0,01.", text=row.answer[:60]))
    longest = max(len(str(each["value"])) for each in accepted)
    limit = {"max_length": min(longest, 200)} if longest > 16 else {}
    return b.Built("short_numeric", {"prompt": row.prompt, **limit}, {"accepted": accepted, "explanation": row.general})


def _cells(row: _Row) -> b.Built:
    return b.Built("four_cell", {"prompt": row.prompt}, {
        "accepted": [piece.strip() for piece in row.answer.split(layout.SEVERAL)], "explanation": row.general})


def _words(row: _Row) -> b.Built:
    answers = [b.Answer(piece.strip(), b.FULL) for piece in row.answer.split(layout.SEVERAL) if piece.strip()]
    b.check_count(len(answers))
    return b.build_text(row.prompt, answers, general=row.general)


def _matching(row: _Row) -> b.Built:
    pairs = []
    for number, cell in enumerate(row.cells, start=1):
        left, arrow, right = cell.partition(layout.ARROW)
        if not arrow:
            raise q.Refused(_("option %(letter)s has no => between its sides", letter=layout.LETTERS[number - 1]))
        pairs.append((row.html(left.strip()), row.html(right.strip())))
    pairs += [("", row.html(piece.strip())) for piece in row.answer.split(layout.SEVERAL) if piece.strip()]
    return b.build_matching(row.prompt, pairs, general=row.general, html=True)


def _ordering(row: _Row) -> b.Built:
    """The options stand in their right order, or the answer says it: `C, A, B`."""
    letters = _letters(row.answer)
    options = row.options()
    order = [f"o{layout.LETTERS.index(letter) + 1}" for letter in letters] or [each["id"] for each in options]
    return b.Built("ordering", {"prompt": row.prompt, "options": options}, {"order": order, "explanation": row.general})


def _essay(row: _Row) -> b.Built:
    return b.build_essay(row.prompt, general=row.general, model_answer=row.html(row.answer))


_BUILDERS = {
    "single_choice": lambda row: _choice(row, single=True),
    "multiple_response": lambda row: _choice(row, single=False),
    "single_true_false": _statement, "true_false": _statements, "four_cell": _cells, "short_numeric": _numeric,
    "short_text": _words, "matching": _matching, "ordering": _ordering, "essay": _essay,
}
