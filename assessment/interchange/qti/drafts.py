"""What the builders of one family of interactions are given and hand back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from assessment.bank.markup import one_line, plain_text
from assessment.bank.types import TYPES
from assessment.interchange.qti.body import Page
from assessment.interchange.qti.responses import Marking, Response
from assessment.interchange.qti.tree import Element
from lms.core.i18n import _

TRUE_WORDS = frozenset(("true", "đúng", "correct", "right", "t", "đ"))
FALSE_WORDS = frozenset(("false", "sai", "incorrect", "wrong", "f", "s", "not correct"))


@dataclass
class Draft:
    """A question on its way: its type, content and key, in the bank's shape but not yet checked."""

    type: str
    content: dict[str, Any]
    key: dict[str, Any] = field(default_factory=dict)


@dataclass
class Item:
    """One QTI item while it is read."""

    root: Element
    body: Element
    page: Page
    marking: Marking
    interactions: list[Element]
    hint: str = ""
    """The type that our own writer named; empty for files of other systems."""
    explanation: str = ""

    @property
    def only(self) -> Element:
        """The one interaction of most items."""
        return self.interactions[0]

    @property
    def response(self) -> Response:
        """The response of that interaction."""
        return self.marking.of(self.only)

    def text(self) -> str:
        """The whole text of the item: what stands before its interaction, its prompt, and what stands after it."""
        page = self.page
        page.marks[self.only] = page.html(self.only.find("prompt")) and page._element(self.only.find("prompt"))
        return page.html(self.body)


def rows(item: Item, elements: Sequence[Element], letter: str, where: str
         ) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Options of these elements, and the id of each by its identifier in the file."""
    found: list[dict[str, str]] = []
    names: dict[str, str] = {}
    for number, element in enumerate(elements, start=1):
        identity = f"{letter}{number}"
        names[element.get("identifier") or f"?{number}"] = identity
        found.append({"id": identity, "text": one_line(item.page.html(element, f"{where}-{number}"))})
    return found, names


def truth_of(text: str) -> bool | None:
    """Whether a text is a word for true, or for false; None for anything else."""
    word = plain_text(text).strip(" .!").casefold()
    return True if word in TRUE_WORDS else False if word in FALSE_WORDS else None


def right_ones(item: Item, response: Response) -> list[str]:
    """The identifiers of the right answers; those that the mapping rewards where the file declares no others."""
    if response.correct:
        if response.how == "map" and response.mapping and not item.hint:
            _check_worth(item, response)
        return response.correct
    named = [str(row["value"]) for row in response.accepted]
    rewarded = [entry.key for entry in (response.best if response.cardinality == "single" else response.mapping)
                if entry.value > 0]
    if named or rewarded:
        if rewarded and not named:
            item.page.doubt("key", _("the file declares no right answer; the ones that earn points were taken"))
        return named or rewarded
    return []


def _check_worth(item: Item, response: Response) -> None:
    """Doubt a key whose declared answers are not the ones that earn points."""
    declared, best = set(response.correct), {entry.key for entry in response.best}
    earning = best if response.cardinality == "single" else {
        entry.key for entry in response.mapping if entry.value > 0}
    if earning and not (declared <= earning if response.cardinality == "single" else declared == earning):
        item.page.doubt("key", _("the answers that the file calls right are not the ones that earn points; "
                                 "please look at the key"))


def known(item: Item, values: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """The ids of what is called right; doubted where something is called right that is not offered."""
    if any(value not in names for value in values):
        item.page.doubt("key", _("the file calls something right that is not among what it offers"))
    return [names[value] for value in values if value in names]


def score_table(item: Item, type: str, response: Response) -> dict[str, str]:
    """The score table that does what the rule of the file does, where it is not the usual one of the type."""
    if item.hint or not response.how:
        return {}
    table = "all_or_nothing" if response.how == "match" else "equal_shares"
    costs = response.default < 0 or any(entry.value < 0 for entry in response.mapping)
    if response.how == "map" and costs and "right_minus_wrong" in TYPES[type].score_tables:
        table = "right_minus_wrong"
    tables = TYPES[type].score_tables
    return {"score_table": table} if table in tables and table != tables[0] else {}


def partial_note(item: Item, response: Response) -> None:
    """Say that answers worth a part of the marks are worth nothing here."""
    best = {entry.key for entry in response.best}
    if response.is_partial or (response.how == "map" and any(
            entry.value > 0 and entry.key not in best for entry in response.mapping)):
        item.page.note(_("answers worth a part of the marks are not kept"))


def verdict(name: str) -> str:
    """The words for feedback that is named after right or wrong answers; empty for any other name."""
    plain = name.lower()
    if any(word in plain for word in ("incorrect", "wrong")):
        return _("When wrong")
    return _("When right") if any(word in plain for word in ("correct", "right")) else ""


def together(said: Sequence[tuple[str, str]], page: Page) -> str:
    """One explanation of all that is said afterwards: first what all are told, then what belongs to one answer."""
    said = list(dict.fromkeys(said))
    if len(said) <= 1:
        return "".join(inside if inside.startswith("<") else f"<p>{inside}</p>" for _label, inside in said)
    page.note(_("what the item says to single answers was put together as the explanation"))
    general = "".join(inside if inside.startswith("<") else f"<p>{inside}</p>" for label, inside in said if not label)
    lines = "".join(f"<li>{escape(label, quote=False)}: {one_line(inside)}</li>" for label, inside in said if label)
    return general + (f"<ul>{lines}</ul>" if lines else "")
