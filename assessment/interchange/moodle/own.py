"""The element `lms` of a question that this platform wrote: what Moodle has no place for.

Moodle ignores elements that it does not know. `<lms version="1" native="…"><body>{"type", "content", "key"}</body>
</lms>` is the whole question as JSON, its pictures named as in the texts (`@@PLUGINFILE@@/name`). It holds only
while the question beside it is as it was written: `native` is a digest of all other texts of the element.
`<lms stimulus="s1"/>` in a question points to the description that carries the same.
"""

import json
from hashlib import sha256
from typing import Any

from assessment.interchange.building import Built
from assessment.interchange.moodle.elements import Element, Question

VERSION = "1"
LONGEST = 400_000


def digest_of(element: Element) -> str:
    """A digest of every text of a question but those of files and of `lms`, without regard to white space."""
    pieces = []
    for each in element.iter():
        if each.tag == "file" or next(each.iterancestors("lms"), None) is not None:
            continue
        pieces.append("".join((each.text or "").split()))
    return sha256("\0".join(piece for piece in pieces if piece).encode()).hexdigest()


def own_body(question: Question) -> Built | None:
    """The question as it was in the bank; None where none is carried, or it was changed outside since."""
    mark = question.element.find("lms")
    text = mark.findtext("body") if mark is not None else None
    if mark is None or text is None or mark.get("version") != VERSION or len(text) > LONGEST:
        return None
    if mark.get("native") != digest_of(question.element):
        return None
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict) or not isinstance(body.get("type"), str):
        return None
    content, key = (_with_media(body.get(name), question) for name in ("content", "key"))
    if not isinstance(content, dict) or not isinstance(key, dict):
        return None
    return Built(body["type"], content, key)


def stimulus_mark(element: Element) -> str | None:
    """The stimulus that a question or description names."""
    mark = element.find("lms")
    return mark.get("stimulus") if mark is not None else None


def _with_media(value: Any, question: Question, name: str = "") -> Any:
    if isinstance(value, str):
        if name == "src":
            return question.address_of(value)
        return question.with_media(value) if "@@PLUGINFILE@@" in value else value
    if isinstance(value, dict):
        return {key: _with_media(each, question, key) for key, each in value.items()}
    return [_with_media(each, question) for each in value] if isinstance(value, list) else value
