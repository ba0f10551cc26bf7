"""Formulas as candidates type them, and whether two of them mean the same."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """What kind of formula is asked: the letters that may stand in it, and its form (any, expanded, factored)."""

    letters: tuple[str, ...]
    form: str = "any"


def read_formula(text: str, letters: Sequence[str]) -> str | None:
    """The formula, or None where it cannot be read."""
    return "".join(text.split()) or None


def is_same(given: str, accepted: str, question: Question) -> bool:
    """Whether two formulas mean the same."""
    return read_formula(given, question.letters) == read_formula(accepted, question.letters)
