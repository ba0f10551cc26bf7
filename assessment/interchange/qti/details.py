"""What QTI has no words for, on the item body, read back by nobody but us.

QTI 3 has attributes of one's own for it (`data-lms`); the schema of QTI 2.1 has not, and in QTI 2 it is a processing
instruction (`<?lms-details ...?>`), which every schema lets pass. The JSON is
{"type", "content": {...}, "key": {...}}: the type of the bank, and those fields of content and key that the
standard parts of the item do not say. They are laid over what was read from the standard parts, and only when
these still lead to a question of the same shape: who changes the item elsewhere is believed.
"""

import json
from dataclasses import replace
from typing import Any

from lxml import etree

from assessment.bank.content import ITEM_TYPES
from assessment.interchange.building import Built
from assessment.interchange.qti.tree import ATTRIBUTE, INSTRUCTION, Element

LONGEST = 1_000_000
_READ_AS = {  # types that the standard parts alone cannot tell from another
    "four_cell": ("short_text", "short_numeric"), "maths": ("short_text", "essay"), "code": ("essay", "short_text"),
    "oral": ("file_upload",), "table_fill": ("cloze",), "short_text": ("short_text",), "short_numeric": ("short_text",),
    "essay": ("short_text",), "true_false": ("matching",),
}


def details_of(body: Element) -> dict[str, Any]:
    """The details of an item body; {} where there are none, or they are not ours."""
    return read_details(body.get(ATTRIBUTE) or "")


def read_details(text: str) -> dict[str, Any]:
    """The details in a text; {} where they are not ours."""
    try:
        found = json.loads(text) if 0 < len(text) <= LONGEST else {}
    except (ValueError, RecursionError):
        return {}
    known = isinstance(found, dict) and found.get("type") in ITEM_TYPES
    return found if known and all(isinstance(found.get(part, {}), dict) for part in ("content", "key")) else {}


def apply_details(built: Built, details: dict[str, Any]) -> Built:
    """The question with the details laid over it."""
    type = details.get("type", built.type)
    if not details or (type != built.type and built.type not in _READ_AS.get(type, ())):
        return built
    content, key = built.content, built.key
    if type != built.type:  # of another type only what all types have is believed
        content = {name: content[name] for name in ("prompt",) if name in content}
        key = {name: key[name] for name in ("explanation", "model_answer") if name in key}
    return replace(built, type=type, content=content | details.get("content", {}), key=key | details.get("key", {}))


def attribute(type: str, content: dict[str, Any], key: dict[str, Any]) -> str:
    """The attribute's text for a type, and the fields that only we understand."""
    said: dict[str, Any] = {"type": type}
    said |= {name: part for name, part in (("content", content), ("key", key)) if part}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def instruction(details: str) -> Element:
    """The attribute's text as a processing instruction, which must not hold its own end."""
    return etree.ProcessingInstruction(INSTRUCTION, details.replace("?>", "\\u003f>"))
