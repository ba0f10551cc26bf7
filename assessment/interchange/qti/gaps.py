"""Interactions inside a text: entries, inline choices and gaps filled from a pool; alone an entry is a short answer."""

import re
from typing import Any

from assessment.bank.content import read_number
from assessment.bank.markup import one_line, plain_text
from assessment.interchange.qti.drafts import Draft, Item, known, partial_note, right_ones, rows, score_table
from assessment.interchange.qti.responses import Response
from assessment.interchange.qti.tree import Element
from assessment.interchange.questions import Refused
from lms.core.i18n import _

INLINE = frozenset(("textEntryInteraction", "inlineChoiceInteraction"))
_WIDEST = 60
_LAST_GAP = re.compile(r"\s*(?:_{2,}|…)?\[\[g1\]\]\s*[.:]?\s*((?:</(?:p|div|blockquote|b|strong|i|em)>\s*)*)\Z")
_EMPTY_BLOCKS = re.compile(r"(?:<(p|div|blockquote)>\s*</\1>\s*)+\Z")


def build_entries(item: Item) -> Draft:
    """One entry at the end of the text is a short answer; any other is a gap of the text."""
    for number, interaction in enumerate(item.interactions, start=1):
        item.page.marks[interaction] = f"[[g{number}]]"
    single = item.only if len(item.interactions) == 1 else None
    prompt = item.page.html(item.body)
    if single is not None and single.tag == "textEntryInteraction" and item.hint not in ("cloze", "table_fill"):
        bare, count = _LAST_GAP.subn(lambda match: match[1], prompt)
        bare = _EMPTY_BLOCKS.sub("", bare).strip()
        if count and plain_text(bare):
            return _build_short(item, bare)
    gaps, keys = [], {}
    for number, interaction in enumerate(item.interactions, start=1):
        gap, key = _gap(item, f"g{number}", interaction)
        gaps.append(gap)
        keys[f"g{number}"] = key
    return Draft("cloze", {"prompt": prompt, "gaps": gaps}, {"gaps": keys})


def _build_short(item: Item, prompt: str) -> Draft:
    response = item.response
    content: dict[str, Any] = {"prompt": prompt}
    longest = item.only.get("expectedLength") or ""
    if response.is_number or item.hint == "short_numeric":
        return Draft("short_numeric", content, {"accepted": accepted_numbers(item, response)})
    accepted = accepted_texts(item, response)
    if longest.isdigit() and item.hint == "short_text":
        content["max_length"] = int(longest[:4])
    return Draft("short_text", content, accepted)


def _gap(item: Item, identity: str, interaction: Element) -> tuple[dict[str, Any], dict[str, Any]]:
    response = item.marking.of(interaction)
    if interaction.tag == "inlineChoiceInteraction":
        choices = interaction.findall("inlineChoice")
        options, names = rows(item, choices, "o", f"gaps-{identity}")
        right = known(item, right_ones(item, response), names)
        partial_note(item, response)
        return {"id": identity, "kind": "choice", "options": options}, {"correct": right[0] if right else None}
    length = interaction.get("expectedLength") or ""
    width = {"width": min(int(length[:4]), _WIDEST)} if length.isdigit() and int(length[:4]) else {}
    if response.is_number:
        return {"id": identity, "kind": "number", **width}, {"accepted": accepted_numbers(item, response)}
    return {"id": identity, "kind": "text", **width}, accepted_texts(item, response)


def accepted_numbers(item: Item, response: Response) -> list[dict[str, Any]]:
    """Every number that is right, with its tolerance."""
    partial_note(item, response)
    if response.accepted:
        return [{"tolerance": "0", **row} for row in response.accepted]
    values = [*response.correct, *(entry.key for entry in response.best if entry.key not in response.correct)]
    found = [{"value": value, "tolerance": "0"} for value in values]
    return [row for row in found if read_number(row["value"]) is not None] or found


def accepted_texts(item: Item, response: Response) -> dict[str, Any]:
    """Every text that is right, and whether capitals count."""
    partial_note(item, response)
    best = response.best if response.how != "match" else []
    values = [*response.correct, *(str(row["value"]) for row in response.accepted), *(entry.key for entry in best)]
    if response.how == "map" and best:
        values = [value for value in values if value in {entry.key for entry in best}] or values
    if response.base_type == "string" and response.cardinality == "record":
        raise Refused(_("an answer of several parts (record) is not supported"))
    strict = response.case_sensitive
    if strict is None:
        strict = any(entry.case_sensitive for entry in best) if best else response.how == "match"
    accepted = [{"text": text} for text in dict.fromkeys(value for value in values if value)]
    return {"accepted": accepted, "case_sensitive": bool(strict)}


def build_gap_match(item: Item) -> Draft:
    """Gaps that are filled from one pool of words or pictures."""
    interaction = item.only
    offered = [each for each in interaction if each.tag in ("gapText", "gapImg")]
    pool, names = rows(item, offered, "o", "pool")
    for element in offered:
        item.page.marks[element] = ""
    places: dict[str, str] = {}
    for number, gap in enumerate(interaction.iter("gap"), start=1):
        places[gap.get("identifier") or ""] = f"g{number}"
        item.page.marks[gap] = f"[[g{number}]]"
    item.page.marks[interaction] = item.page.html(interaction)
    keys: dict[str, dict[str, Any]] = {identity: {"correct": None} for identity in places.values()}
    for value in right_ones(item, item.response):
        word, _blank, place = value.partition(" ")
        if word not in names and place in names:
            word, place = place, word
        if word in names and place in places:
            if keys[places[place]]["correct"]:
                item.page.note(_("a gap has several right words in the file; the first was taken"))
            else:
                keys[places[place]]["correct"] = names[word]
    used = [key["correct"] for key in keys.values() if key["correct"]]
    reuse = len(set(used)) < len(used) or any((each.get("matchMax") or "1") != "1" for each in offered)
    weights = {entry.value for entry in item.response.mapping if entry.value > 0}
    if item.response.how == "map" and len(weights) > 1:
        item.page.note(_("the different weights of the gaps are not kept"))
    gaps = [{"id": identity, "kind": "pool"} for identity in places.values()]
    return Draft("cloze", {"prompt": item.page.html(item.body), "gaps": gaps, "pool": pool, "reuse": reuse},
                 {"gaps": keys, **score_table(item, "cloze", item.response)})


def build_table(item: Item) -> Draft:
    """Our own table to be filled: the last table of the text, its entries the gaps."""
    table = item.body.findall(".//table")[-1]
    numbers = {each: f"g{place}" for place, each in enumerate(item.interactions, start=1)}
    page = item.page
    heads = [one_line(page.html(cell, "table")) for cell in table.findall("thead/tr/th")]
    lines = []
    for line in table.findall("tbody/tr"):
        first = line.find("th")
        cells = [_cell(item, cell, numbers) for cell in line.findall("td")]
        lines.append({"head": page.html(first, "table") if first is not None else "", "cells": cells})
    page.marks[table] = ""
    found = [_gap(item, identity, each) for each, identity in numbers.items()]
    content = {"prompt": page.html(item.body), "table": {"head": heads, "rows": lines},
               "gaps": [gap for gap, _key in found]}
    return Draft("table_fill", content, {"gaps": {gap["id"]: key for gap, key in found}})


def _cell(item: Item, cell: Element, numbers: dict[Element, str]) -> dict[str, str]:
    gap = next((numbers[each] for each in cell.iter() if each in numbers), None)
    return {"gap": gap} if gap else {"text": item.page.html(cell, "table")}
