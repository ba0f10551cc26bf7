"""Keys at the end of a paper: tables and lines that say which answer belongs to which number."""

import re
from dataclasses import dataclass

from assessment.interchange.word import words
from assessment.interchange.word.rich import Table

_NUMBER = re.compile(r"\s*(?:câu\s*)?(\d{1,3})\s*[.:)]?\s*$", re.I)
_STATEMENT = re.compile(r"\s*(?:ý\s*|câu\s*)?([a-d])\s*[).:]?\s*$", re.I)
_TRUTH = re.compile(r"\s*(Đ|S|Đúng|Sai|T|F)\s*$", re.I)


@dataclass(frozen=True)
class KeyBlock:
    """What one line or table says; `kind` is choice, statements or short."""

    part: str
    kind: str
    said: dict[int, str]


def read_key_line(text: str, part: str) -> list[KeyBlock]:
    """The key in a line such as `1.A 2.B`, `1A2B`, `Câu 1: a) Đ b) S …`, `Câu 1: 12,5`; [] where it holds none."""
    match = words.QUESTION.match(text) or words.BARE.match(text)
    if match:
        rest = text[match.end() :].strip()
        if (found := words.truths(rest)) and not words.PAIR.search(rest):
            return [KeyBlock(part, "statements", {int(match["number"]): _signs(found)})]
    pairs = words.PAIR.findall(text)
    left = re.sub(r"[\s,;|.\-]+", "", words.PAIR.sub("", text))
    if pairs and (not left or (len(pairs) >= 3 and len(left) < len(pairs))):
        return [KeyBlock(part, "choice", {int(number): letter.upper() for number, letter in pairs})]
    if match and re.fullmatch(r"-?\d[\d.,/]{0,11}", rest := text[match.end() :].strip()):
        return [KeyBlock(part, "short", {int(match["number"]): rest})]
    return []


def read_key_table(table: Table, part: str) -> list[KeyBlock]:
    """The key in a table: numbers above letters or beside them, or `1.A` in each cell."""
    rows = [[cell.strip() for cell in row] for row in table.texts()]
    cells = [cell for row in rows for cell in row if cell]
    pairs = [match for cell in cells if (match := words.PAIR.fullmatch(cell))]
    if pairs and len(pairs) >= 0.8 * len(cells):
        return [KeyBlock(part, "choice", {int(match[1]): match[2].upper() for match in pairs})]
    found = _across(rows, part)
    columns = [list(column) for column in zip(*rows, strict=False)] if rows else []
    return found or _across(columns, part)


def _across(rows: list[list[str]], part: str) -> list[KeyBlock]:
    """Rows of numbers, each followed by rows of what is said of them."""
    blocks: list[KeyBlock] = []
    numbers: dict[int, int] = {}
    truths: dict[int, dict[str, str]] = {}
    for row in rows:
        heads = {place: int(match[1]) for place, cell in enumerate(row) if (match := _NUMBER.match(cell))}
        if heads and _is_head(row, heads) and not (numbers and _is_answers(row)):
            numbers = heads
            continue
        statement = _STATEMENT.match(row[0]) if row else None
        if (
            numbers
            and statement
            and all(_TRUTH.match(row[place]) for place in numbers if place < len(row) and row[place])
        ):
            for place, number in numbers.items():
                if place < len(row) and (match := _TRUTH.match(row[place])):
                    truths.setdefault(number, {})[statement[1].lower()] = "Đ" if match[1][0].upper() in "ĐT" else "S"
        elif numbers:
            said = {number: row[place] for place, number in numbers.items() if place < len(row) and row[place]}
            blocks += _blocks(said, part)
    if truths:
        blocks.append(
            KeyBlock(
                part, "statements", {n: "".join(f"{k}) {v} " for k, v in each.items()) for n, each in truths.items()}
            )
        )
    return blocks


def _is_head(row: list[str], heads: dict[int, int]) -> bool:
    """Whether the numbers of a row rise one by one, as the numbers of questions do."""
    values = list(heads.values())
    filled = sum(1 for cell in row if cell)
    return values == list(range(values[0], values[0] + len(values))) and (len(values) > 1 or filled <= 2)


def _is_answers(row: list[str]) -> bool:
    return bool(re.match(r"\s*(?:đáp|đ/?a|key|trả lời|kết quả)", row[0], re.I)) if row else False


def _blocks(said: dict[int, str], part: str) -> list[KeyBlock]:
    if all(re.fullmatch(r"[A-F]", text.strip(), re.I) for text in said.values()):
        return [KeyBlock(part, "choice", {n: text.strip().upper() for n, text in said.items()})] if said else []
    if all(words.truths(text) for text in said.values()):
        return [KeyBlock(part, "statements", said)]
    return [KeyBlock(part, "short", said)]


def _signs(found: dict[str, bool]) -> str:
    return "".join(f"{letter}) {'Đ' if true else 'S'} " for letter, true in found.items())
