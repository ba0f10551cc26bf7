"""What the figures of an item mean, in words a teacher can act on. Thresholds stand here, once.

A finding is stored as its code and the options it names; the words come when a page is shown, in the language
of its reader. Below ``JUDGED_FROM`` attempts nothing is found: such figures are mostly chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lms.core.i18n import _

TRUSTED_FROM = 200
JUDGED_FROM = 30
TOO_HARD = 0.20
TOO_EASY = 0.95
LOW_DISCRIMINATION = 0.15
UNUSED = 0.02
MANY_OMITTED = 0.15
# A rival answer must stand clearly above the key before the key is doubted.
KEY_MARGIN = 0.05

Item = dict[str, Any]
Finding = dict[str, Any]


@dataclass(frozen=True)
class Words:
    """A finding as a page shows it: a short name, what it means and what to do, and its tone."""

    name: str
    meaning: str
    tone: str


def find(item: Item, attempts: int) -> list[Finding]:
    """The findings of one item's figures, the gravest first."""
    if attempts < JUDGED_FROM or not item["persons"]:
        return []
    found = [*_on_key(item), *_on_discrimination(item), *_on_difficulty(item), *_on_options(item)]
    if (item["omitted_rate"] or 0.0) >= MANY_OMITTED:
        found.append({"code": "many_omitted", "options": []})
    return found


def in_words(finding: Finding) -> Words:
    """The words of a finding in the reader's language."""
    labels = ", ".join(finding["options"])
    words = {
        "key_suspicious": (
            _("Key in doubt"),
            _("Stronger candidates preferred %(labels)s to the keyed answer. Check the key first.",
              labels=labels), "danger"),
        "negative": (
            _("Negative discrimination"),
            _("Candidates with higher scores did worse on this question. Check the key and the wording."),
            "danger"),
        "constant": (
            _("No difference"),
            _("Everybody got the same mark, so the question tells nobody apart."), "warning"),
        "low": (
            _("Low discrimination"),
            _("The question hardly tells stronger from weaker candidates. Look for a vague stem or for two "
              "answers that can be defended."), "warning"),
        "too_hard": (
            _("Too hard"),
            _("Fewer than one mark in five was earned. Was it taught, and is the wording clear?"), "warning"),
        "too_easy": (
            _("Too easy"),
            _("Nearly everybody got it right. Keep it only if the outcome must be checked."), "info"),
        "unused_distractor": (
            _("Unused distractor"),
            _("Almost nobody chose %(labels)s (under 2%%). Replace it with a mistake that candidates make.",
              labels=labels), "info"),
        "statement_suspicious": (
            _("Statement in doubt"),
            _("On statement %(labels)s higher scorers judged wrongly more often. Check whether it is true.",
              labels=labels), "danger"),
        "many_omitted": (
            _("Often left blank"),
            _("Many left it unanswered: too long, too late in the paper, or unclear what to write."), "info"),
    }
    return Words(*words[finding["code"]])


def _on_key(item: Item) -> list[Finding]:
    rows = item["options"]
    if item["kind"] == "true_false":
        doubtful = [row["label"] for row in rows if (row["correlation"] or 0.0) < 0]
        return [{"code": "statement_suspicious", "options": doubtful}] if doubtful else []
    keyed = [row["correlation"] for row in rows if row["is_key"]]
    if not keyed or item["kind"] == "multiple_response":
        return []
    bar = max((each for each in keyed if each is not None), default=0.0)
    above = max(bar, 0.0) + KEY_MARGIN
    rivals = [row["label"] for row in rows if row["label"] and not row["is_key"]
              and (row["share"] or 0.0) >= UNUSED and (row["correlation"] or 0.0) > above]
    return [{"code": "key_suspicious", "options": rivals}] if rivals else []


def _on_discrimination(item: Item) -> list[Finding]:
    value = item["item_rest"]
    if value is None:
        return [{"code": "constant", "options": []}] if item["sd"] == 0 else []
    if value < 0:
        return [{"code": "negative", "options": []}]
    return [{"code": "low", "options": []}] if value < LOW_DISCRIMINATION else []


def _on_difficulty(item: Item) -> list[Finding]:
    value = item["difficulty"]
    if value is None:
        return []
    if value < TOO_HARD:
        return [{"code": "too_hard", "options": []}]
    return [{"code": "too_easy", "options": []}] if value > TOO_EASY else []


def _on_options(item: Item) -> list[Finding]:
    if item["kind"] not in ("single_choice", "multiple_response"):
        return []
    unused = [row["label"] for row in item["options"]
              if row["label"] and not row["is_key"] and (row["share"] or 0.0) < UNUSED]
    return [{"code": "unused_distractor", "options": unused}] if unused else []
