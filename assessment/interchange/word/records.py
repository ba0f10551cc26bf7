"""Tables that are a data set and not a paper: a question a row, its key and its solution in cells beside it."""

import re

from assessment.interchange.word import words
from assessment.interchange.word.rich import Block, Line, Table, block_text, plain_rich

LEAST_ROWS = 3
_KEY = re.compile(r"\s*[A-F]\s*\.?\s*$")


def records(table: Table) -> list[Block]:
    """The rows as lines of a paper (question, key, solution), where most rows are such records; else []."""
    rows = [(row, place) for row in table.rows if (place := _question_cell(row)) is not None]
    keyed = [(row, place) for row, place in rows if _key_cell(row, place) is not None]
    if len(keyed) < LEAST_ROWS or len(keyed) < 0.6 * len(table.rows):
        return []
    return [line for row, place in rows for line in _lines(row, place)]


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
    if key is None:
        return lines
    number = lines[-1].number
    lines.append(Line(plain_rich(f"Đáp án: {block_text(row[key])}"), number))
    solution = [
        _unnumbered(block)
        for cell in row[key + 1 :]
        for block in cell
        if not (isinstance(block, Line) and block.rich.is_empty)
    ]
    return [*lines, Line(plain_rich("Lời giải"), number), *solution] if solution else lines


def _unnumbered(block: Block) -> Block:
    """A line of a solution without the number of its question, which would begin a new one."""
    match = words.QUESTION.match(block.text) if isinstance(block, Line) else None
    return Line(block.rich.cut(match.end()), block.number) if match and isinstance(block, Line) else block
