"""The short answer of the graduation exam: four cells, read alike from paper and from a screen. Pure.

Decision 764/QĐ-BGDĐT and the letters that go with it: an answer of part III has at most four signs out of the
digits, the minus and the decimal comma. On paper each sign is a filled bubble of a column; on a screen it is typed.
Both give a text, and both texts go through `read_cells` before they are compared, so that a sheet and a screen
with the same answer cannot be marked differently. Two answers are equal when they are the same number: "0,5",
"0,50" and ",5" are, "0,5" and "0,05" are not. What is no number ("1-2", "--1", "1,2,") is never right.
"""

from assessment.bank.numbers import number_text, parse_number, plain_signs

CELLS = 4
_SIGNS = frozenset("0123456789-,.")


def plain_cells(text: object) -> str | None:
    """The signs of the cells, minus as `-` and the decimal mark as `,`; None where they do not fit the cells."""
    if not isinstance(text, str) or len(text) > 4 * CELLS:
        return None
    signs = plain_signs(text)
    if len(signs) > CELLS or not _SIGNS.issuperset(signs):
        return None
    return signs.replace(".", ",")


def read_cells(text: object) -> str | None:
    """The one way to write the number that stands in the cells, such as `-1,5`; None where there is none."""
    signs = plain_cells(text)
    number = parse_number(signs) if signs else None
    return None if number is None else number_text(number).replace(".", ",")
