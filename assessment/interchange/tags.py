"""Tags of a question: one of them may say its level."""

from collections.abc import Iterable
from typing import Any

from assessment.bank.content import LEVELS

MOST_TAGS = 30
LEVEL_WORDS = {
    "know": "know", "nb": "know", "nhận biết": "know", "biết": "know", "understand": "understand",
    "th": "understand", "thông hiểu": "understand", "hiểu": "understand", "apply": "apply",
    "vd": "apply", "vận dụng": "apply", "vdc": "apply", "vận dụng cao": "apply",
}
"""How teachers write the levels of the matrix; the fourth of old papers is the third of today's."""


def tagged(tags: Iterable[str]) -> dict[str, Any]:
    """Metadata out of tags: `NB` or `level:know` is the level, the others stay tags."""
    said: dict[str, Any] = {}
    plain = [" ".join(tag.split())[:100] for tag in tags]
    for tag in [tag for tag in plain if tag][:MOST_TAGS]:
        name, _mark, value = tag.partition(":")
        level = LEVEL_WORDS.get((value if name.lower() == "level" else tag).strip().lower())
        if level:
            said["level"] = level
        elif tag not in said.setdefault("tags", []):
            said["tags"].append(tag)
    return said


def tags_of(metadata: dict[str, Any], level: str) -> list[str]:
    """The tags that `tagged` reads as this metadata."""
    return [*metadata.get("tags", ()), *([f"level:{level}"] if level in LEVELS else [])]
