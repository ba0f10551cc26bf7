"""Tables that are a data set and not a paper: a question a row, its key and its solution in cells beside it."""

import re
from dataclasses import replace

from assessment.interchange.word import words
from assessment.interchange.word.rich import Block, Line, Table, block_text, plain_rich

LEAST_ROWS = 3
_KEY = re.compile(r"\s*[A-F]\s*\.?\s*$")
_ASKED = re.compile(r"\s*(?:nội dung\s+)?(?:câu hỏi|đề bài|questions?)\s*$", re.I)
_ANSWERED = re.compile(r"\s*(?:gợi ý|lời giải|đáp án|hướng dẫn|trả lời|answers?|key|solutions?)\b.{0,30}$", re.I)


def records(table: Table) -> list[Block]:
    """The rows as lines of a paper (question, key, solution), where they are such records; else [].

    They are where most rows have a question and its letter, or where the first row says what the columns hold.
    """
    named = _is_named(table)
    rows = [(row, _question_cell(row)) for row in (table.rows[1:] if named else table.rows)]
    keyed = [row for row, place in rows if place is not None and _key_cell(row, place) is not None]
    if not named and (len(keyed) < LEAST_ROWS or len(keyed) < 0.6 * len(table.rows)):
        return []
    lines: list[Block] = []
    for number, (row, place) in enumerate(rows):
        if place is not None:
            lines += _lines(row, place)
        elif number or named:
            lines += _unread(row)
    return lines


def _is_named(table: Table) -> bool:
    """Whether the first row names a column of questions and next to it columns of answers, and questions follow."""
    heads = [block_text(cell) for cell in table.rows[0]] if table.rows else []
    if len(heads) < 2 or not _ASKED.match(heads[0]) or not all(_ANSWERED.match(head) for head in heads[1:]):
        return False
    return any(_question_cell(row[:1]) == 0 for row in table.rows[1:])


def _unread(row: list[list[Block]]) -> list[Block]:
    """A row that has no question, as one line that is told to the reader."""
    text = " | ".join(text for cell in row if (text := block_text(cell)))
    number = next((block.number for cell in row for block in cell), 0)
    return [Line(plain_rich(text), number, role="unread")] if text else []


def _question_cell(row: list[list[Block]]) -> int | None:
    return next(
        (
            place
            for place, cell in enumerate(row)
            for block in cell
            if isinstance(block, Line) and words.QUESTION.match(block.text)
        ),
        None,
    )


def _key_cell(row: list[list[Block]], question: int) -> int | None:
    return next((place for place in range(question + 1, len(row)) if _KEY.match(block_text(row[place]))), None)


def _lines(row: list[list[Block]], question: int) -> list[Block]:
    """What stood before the question in its cell comes first, then question, key and solution."""
    lines, key = list(row[question]), _key_cell(row, question)
    number = lines[-1].number
    if key is not None:
        lines.append(Line(plain_rich(f"Đáp án: {block_text(row[key])}"), number))
    beside = [
        _of_solution(block)
        for place, cell in enumerate(row)
        for block in cell
        if place > (question if key is None else key) and not (isinstance(block, Line) and block.rich.is_empty)
    ]
    return [*lines, Line(plain_rich("Lời giải"), number, role="solution"), *beside] if beside else lines


def _of_solution(block: Block) -> Block:
    """A line of a solution without the number of its question."""
    if isinstance(block, Table):
        return block
    match = words.QUESTION.match(block.text)
    return replace(block, rich=block.rich.cut(match.end()) if match else block.rich, role="solution")
