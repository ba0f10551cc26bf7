"""GIFT and Aiken: questions as plain text. What they cannot carry is left out and named by `losses`."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import BinaryIO

from assessment.bank.content import number_text, read_number
from assessment.bank.markup import html_to_source, plain_text
from assessment.interchange import aiken, gift
from assessment.interchange.categories import path_of
from assessment.interchange.tags import tags_of
from assessment.interchange.writers.base import ExportItem, Format, MediaSource, Stored
from assessment.interchange.writers.moodle.elements import typed
from assessment.interchange.writers.texts import with_data
from assessment.interchange.writers.trial import with_trial
from lms.core.i18n import _, _l

FULL = Decimal(100)
_SIGNS = re.compile(r"([\\~=#{}:])")
AIKEN_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def escaped(text: str) -> str:
    """Text in which no sign is one of GIFT; line ends become blanks, which HTML does not tell apart."""
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))


class _Gift:
    """Writes the answers of one question."""

    def __init__(self, media: MediaSource) -> None:
        self._media = media

    def html(self, html: str) -> str:
        """HTML with its pictures in it, escaped."""
        return escaped(with_data(html, self._media))

    def choice(self, content: Stored, key: Stored) -> str:
        """`=` before the right one, `~` before the others."""
        return "\n".join(f"{'=' if row['id'] == key['correct'] else '~'}{self.html(row['text'])}"
                         for row in content["options"])

    def several(self, content: Stored, key: Stored) -> str:
        """Weights that add up to 100%."""
        share = round(FULL / len(key["correct"]), 5)
        cost = Decimal(0) if key.get("score_table") == "equal_shares" else share
        worths = [share if row["id"] in key["correct"] else -cost for row in content["options"]]
        return "\n".join(f"~%{number_text(worth)}%{self.html(row['text'])}"
                         for worth, row in zip(worths, content["options"], strict=True))

    def truth(self, _content: Stored, key: Stored) -> str:
        """TRUE or FALSE."""
        return "TRUE" if key["true"] else "FALSE"

    def words(self, _content: Stored, key: Stored) -> str:
        """Every accepted text; a star that is meant is escaped."""
        return "\n".join("=" + escaped(row["text"] if key.get("pattern") else row["text"].replace("*", "\\*"))
                         for row in key["accepted"])

    def numbers(self, _content: Stored, key: Stored) -> str:
        """`#=value:tolerance`."""
        return "#\n" + "\n".join(f"={row['value']}:{_tolerance(row)}" for row in key["accepted"])

    def pairs(self, content: Stored, key: Stored) -> str:
        """`=left -> right`; a partner too many has nothing on its left."""
        targets = {row["id"]: typed(row["text"]) for row in content["targets"]}
        rows = [(self.html(row["text"]), targets[key["pairs"][row["id"]]]) for row in content["options"]]
        used = set(key["pairs"].values())
        rows += [("", text) for name, text in targets.items() if name not in used]
        return "\n".join(f"={left} -> {escaped(right)}" for left, right in rows)

    def essay(self, _content: Stored, _key: Stored) -> str:
        """Nothing between the braces."""
        return ""


_ANSWERS: dict[str, Callable[[_Gift, Stored, Stored], str]] = {
    "single_choice": _Gift.choice, "multiple_response": _Gift.several, "single_true_false": _Gift.truth,
    "short_text": _Gift.words, "short_numeric": _Gift.numbers, "matching": _Gift.pairs, "essay": _Gift.essay,
}


def _tolerance(row: Stored) -> str:
    tolerance, value = read_number(row.get("tolerance") or "0"), read_number(row["value"])
    if row.get("relative") and tolerance is not None and value is not None:
        return number_text(abs(tolerance * value))
    return str(row.get("tolerance") or "0")


def gift_losses(type: str, content: Stored, key: Stored) -> list[str]:
    """What GIFT cannot carry; a type that it has not is left out of the file."""
    if type not in _ANSWERS:
        return [_("this type does not exist in the format: the question is left out")]
    if content.get("variables"):
        return [_("variables do not exist in the format: the question is left out")]
    found = _common_losses(content, key)
    if key.get("score_table") not in (None, *{"multiple_response": ("equal_shares",)}.get(type, ())):
        found.append(_("its own scoring"))
    if type == "short_text" and key.get("case_sensitive"):
        found.append(_("that capitals count"))
    if type == "matching" and any("<" in row["text"] for row in content["targets"]):
        found.append(_("emphasis, formulas of HTML and pictures on the right side"))
    if type == "essay" and (content.get("min_words") or content.get("max_words") or key.get("model_answer")
                            or len(key["rubric"]["criteria"]) > 1):
        found.append(_("the rubric, the model answer and the number of words"))
    if type == "matching" and _matching_reordered(content, key):
        found.append(_("the order of the right side, and that a partner may be used again"))
    return found


def _matching_reordered(content: Stored, key: Stored) -> bool:
    used = [key["pairs"][row["id"]] for row in content["options"]]
    order = list(dict.fromkeys([*used, *(row["id"] for row in content["targets"])]))
    repeated = len(set(used)) < len(used)
    return order != [row["id"] for row in content["targets"]] or bool(content.get("reuse")) != repeated


def _common_losses(content: Stored, key: Stored) -> list[str]:
    found = []
    if content.get("unit"):
        found.append(_("the unit"))
    if any(row.get("relative") for row in key.get("accepted") or () if isinstance(row, dict)):
        found.append(_("that the tolerance is a share"))
    if content.get("fixed"):
        found.append(_("that some options stay in their place"))
    if content.get("choose"):
        found.append(_("how many may be chosen"))
    if content.get("max_length") not in (None, 16, 200):
        found.append(_("how long an answer may be"))
    return found


def write_gift(items: Iterable[ExportItem], out: BinaryIO, media: MediaSource) -> None:
    """Each question as a block of lines, all texts as HTML."""
    category = ""
    for item in items:
        if item.type not in _ANSWERS or item.content.get("variables"):
            continue
        if item.category != category:
            category = item.category
            out.write(f"$CATEGORY: {path_of(category)}\n\n".encode())
        out.write(_gift_block(item, media).encode())


def _gift_block(item: ExportItem, media: MediaSource) -> str:
    words = _Gift(media)
    marks = [("id", item.metadata.get("idnumber")), *(("tag", tag) for tag in tags_of(item.metadata, item.level))]
    said = " ".join(f"[{name}:{_mark(str(value))}]" for name, value in marks if value)
    answers = _ANSWERS[item.type](words, item.content, item.key)
    general = f"\n####{words.html(item.key['explanation'])}" if item.key.get("explanation") else ""
    comment = f"// {said}\n" if said else ""
    name = escaped(item.name or item.id)
    prompt = words.html(item.content["prompt"])
    return f"{comment}::{name}::[html]{prompt} {{\n{answers}{general}\n}}\n\n".replace("{\n\n", "{")


def _mark(value: str) -> str:
    return re.sub(r"([\]\\])", r"\\\1", " ".join(value.split()))


def aiken_losses(type: str, content: Stored, key: Stored) -> list[str]:
    """Aiken has nothing but single choice in plain text."""
    if type != "single_choice" or content.get("variables"):
        return [_("this type does not exist in the format: the question is left out")]
    found = _common_losses(content, key)
    texts = [content["prompt"], *(row["text"] for row in content["options"])]
    if any("<img" in text or "<audio" in text for text in texts):
        found.append(_("pictures and sound"))
    if any("<" in text and html_to_source(text) == text for text in texts):
        found.append(_("emphasis, tables and lists"))
    if key.get("explanation"):
        found.append(_("the explanation"))
    if key.get("score_table"):
        found.append(_("its own scoring"))
    return found


def write_aiken(items: Iterable[ExportItem], out: BinaryIO, _media: MediaSource) -> None:
    """Each single choice as its lines."""
    for item in items:
        if item.type == "single_choice" and not item.content.get("variables"):
            out.write(_aiken_block(item.content, item.key).encode())


def _aiken_block(content: Stored, key: Stored) -> str:
    lines = list(_lines(content["prompt"]))
    right = ""
    for letter, row in zip(AIKEN_LETTERS, content["options"], strict=False):
        lines.append(f"{letter}. {' '.join(_lines(row['text']))}")
        right = letter if row["id"] == key.get("correct") else right
    return "\n".join([*lines, f"ANSWER: {right}"]) + "\n\n"


def _lines(html: str) -> list[str]:
    source = html_to_source(html)
    text = plain_text(html, 20_000) if "<" in source and source == html else source
    return [line.strip() for line in text.split("\n") if line.strip()] or [""]


GIFT = Format("gift", "GIFT", "gift.txt", "text/plain; charset=utf-8", with_trial(gift_losses, write_gift, gift.read),
              write_gift)
AIKEN = Format("aiken", _l("Aiken (single choice only)"), "txt", "text/plain; charset=utf-8",
               with_trial(aiken_losses, write_aiken, aiken.read), write_aiken)
