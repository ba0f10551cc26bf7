"""Tables as CSV that spreadsheets of Vietnamese offices open as they are. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

BOM = "\ufeff"
# A cell that begins with one of these is a formula to a spreadsheet, whoever wrote it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

Cell = str | int | float | Decimal | None


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte order mark, CRLF, text that could run as a formula made harmless by an apostrophe.

    Numbers are written with a decimal point and None as an empty cell.
    """
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([_safe(cell) for cell in header])
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return (BOM + written.getvalue()).encode("utf-8")


def _safe(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return repr(round(cell, 6))
    if isinstance(cell, str):
        is_formula = cell.startswith(_FORMULA_STARTS) or cell.lstrip().startswith(_FORMULA_STARTS)
        return f"'{cell}" if is_formula else cell
    return str(cell)
