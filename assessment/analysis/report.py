"""How stored figures become a page and a table: order, words, rows of the CSV. No database."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assessment.analysis.findings import LOW_DISCRIMINATION, Words, in_words
from assessment.marking.services import Cell
from lms.core.i18n import _

TONES = ("danger", "warning", "info", "")
GRAVE = TONES[:2]
_CSV_FIGURES = ("maximum", "persons", "difficulty", "sd", "item_rest", "upper_lower", "alpha_if_deleted",
                "omitted_rate")
Item = dict[str, Any]


@dataclass(frozen=True)
class ItemLine:
    """An item with its findings in the reader's words; ``tone`` is that of the gravest."""

    figures: Item
    words: list[Words]
    tone: str


def lines(items: Sequence[Item]) -> list[ItemLine]:
    """The items with their words, in the given order."""
    return [line(item) for item in items]


def line(item: Item) -> ItemLine:
    """One item with its words."""
    words = [in_words(finding) for finding in item["findings"]]
    return ItemLine(item, words, min((each.tone for each in words), key=TONES.index, default=""))


def kind_name(kind: str) -> str:
    """The type of an item in the reader's language."""
    return {
        "single_choice": _("Single choice"), "multiple_response": _("Multiple response"),
        "true_false": _("True/false"), "short_numeric": _("Numeric answer"), "short_text": _("Text answer"),
    }.get(kind, kind)


def sort_lines(given: Sequence[ItemLine], sort: str) -> list[ItemLine]:
    """Ordered by a column; a leading "-" turns it round. What has no figure stands last either way."""
    name, is_descending = sort.lstrip("-"), sort.startswith("-")
    key = SORTS.get(name, SORTS["number"])
    known = [each for each in given if key(each) is not None]
    rest = [each for each in given if key(each) is None]
    return sorted(known, key=key, reverse=is_descending) + rest


def _figure(name: str) -> Callable[[ItemLine], Any]:
    return lambda each: each.figures[name]


SORTS: dict[str, Callable[[ItemLine], Any]] = {
    "number": _figure("number"),
    "kind": _figure("kind"),
    "difficulty": _figure("difficulty"),
    "discrimination": _figure("item_rest"),
    "omitted": _figure("omitted_rate"),
    "alpha": _figure("alpha_if_deleted"),
    "findings": lambda each: (TONES.index(each.tone), -len(each.words), each.figures["number"]),
}


def alpha_words(alpha: float | None) -> str:
    """What the reliability is good for, in one sentence."""
    if alpha is None:
        return _("Cannot be computed from these answers.")
    if alpha >= 0.9:
        return _("Very good: fit for decisions about single people.")
    if alpha >= 0.8:
        return _("Good: fit for marks at school.")
    if alpha >= 0.7:
        return _("Fair: fit for comparing groups, with care for single people.")
    return _("Low: do not decide about single people by this score alone.")


def csv_header() -> list[str]:
    """Column names of the item table."""
    return [_("No."), _("Question"), _("Type"), _("Points"), _("Candidates"), _("Difficulty (p)"),
            _("Standard deviation"), _("Discrimination (item-rest r)"), _("Upper minus lower group (D)"),
            _("Alpha if deleted"), _("Omission rate"), _("Findings")]


def csv_rows(items: Sequence[Item]) -> Iterator[list[Cell]]:
    """One row an item, shares as numbers from 0 to 1."""
    for each in lines(items):
        item = each.figures
        yield [item["number"], item["stem"], kind_name(item["kind"]), *(item[name] for name in _CSV_FIGURES),
               "; ".join(word.name for word in each.words)]


def options_header() -> list[str]:
    """Column names of the option tables."""
    fifths = [_("Fifth %(number)s", number=number) for number in range(1, 6)]
    return [_("No."), _("Option"), _("Text"), _("Key"), _("Chosen by"), _("Share"), _("Mean rest score"),
            _("Correlation with the rest"), *fifths]


def options_rows(items: Sequence[Item]) -> Iterator[list[Cell]]:
    """One row an option of each item."""
    for item in items:
        for row in item["options"]:
            key = _("yes") if row["is_key"] else ""
            yield [item["number"], row_name(row), row["text"], key, row["count"], row["share"],
                   row["mean_rest"], row["correlation"], *row["by_group"]]


def row_name(row: dict[str, Any]) -> str:
    """The name of a row of an option table."""
    if row.get("is_omitted"):
        return _("Left blank")
    return _("Other answers") if row.get("is_other") else row["label"]


def advice_threshold() -> float:
    """Below this an item is said to discriminate poorly; the map draws it as a line."""
    return LOW_DISCRIMINATION
