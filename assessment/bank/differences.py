"""What changed between two versions of an item: by part, word by word. Pure; formulas count as one word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from assessment.bank.keys_in_words import LETTERS, key_lines
from assessment.bank.markup import plain_text

SAME, INSERTED, DELETED = "same", "inserted", "deleted"
_WORD = re.compile(r"\\\(.*?\\\)|\\\[.*?\\\]|\S+", re.DOTALL)
_TEXT_LIMIT = 20_000


@dataclass(frozen=True)
class Piece:
    """Some words that stand in both versions, or only in the newer, or only in the older."""

    kind: str
    text: str


@dataclass(frozen=True)
class Part:
    """A part of the item ("prompt", "option", "key", …) and its pieces; `mark` is the letter of an option."""

    name: str
    mark: str
    pieces: tuple[Piece, ...]

    @property
    def changed(self) -> bool:
        """Whether anything differs."""
        return any(piece.kind != SAME for piece in self.pieces)


def compare_versions(type: str, older: tuple[dict[str, Any], dict[str, Any]],
                     newer: tuple[dict[str, Any], dict[str, Any]]) -> list[Part]:
    """The parts of two versions, each given as (content, key), in the order of the page."""
    (old_content, old_key), (new_content, new_key) = older, newer
    parts = [Part("prompt", "", compare_texts(_plain(old_content.get("prompt")), _plain(new_content.get("prompt"))))]
    for name in ("options", "targets", "pool"):
        parts += _compare_rows(name, old_content.get(name) or [], new_content.get(name) or [])
    parts.append(Part("key", "", compare_texts("\n".join(key_lines(type, old_content, old_key)),
                                               "\n".join(key_lines(type, new_content, new_key)))))
    parts.append(Part("explanation", "", compare_texts(_plain(old_key.get("explanation")),
                                                       _plain(new_key.get("explanation")))))
    parts.append(Part("other", "", compare_texts(_rest(old_content, old_key), _rest(new_content, new_key))))
    return [part for part in parts if part.pieces]


def compare_texts(older: str, newer: str) -> tuple[Piece, ...]:
    """Pieces that, read without the deleted ones, are the newer text, and without the inserted ones the older."""
    old, new = _WORD.findall(older), _WORD.findall(newer)
    pieces: list[Piece] = []
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(SAME, " ".join(old[old_from:old_to])))
            continue
        if old_to > old_from:
            pieces.append(Piece(DELETED, " ".join(old[old_from:old_to])))
        if new_to > new_from:
            pieces.append(Piece(INSERTED, " ".join(new[new_from:new_to])))
    return tuple(pieces)


def _compare_rows(name: str, older: list[dict[str, Any]], newer: list[dict[str, Any]]) -> list[Part]:
    """Rows by their identity, so that a moved option is not taken for a changed one; those that went come last."""
    old = {row["id"]: _plain(row.get("text")) for row in older}
    new = {row["id"]: _plain(row.get("text")) for row in newer}
    letters = dict(zip(new, LETTERS, strict=False))
    return [Part(name, letters.get(each, ""), compare_texts(old.get(each, ""), new.get(each, "")))
            for each in [*new, *(each for each in old if each not in new)]]


def _plain(html: Any) -> str:
    """The words of some HTML; a picture counts by its alternative text and its address."""
    shown = re.sub(r'<img[^>]*?src="([^"]*)"[^>]*?alt="([^"]*)"[^>]*>', r" [\2 \1] ", str(html or ""))
    return plain_text(shown, _TEXT_LIMIT)


def _rest(content: dict[str, Any], key: dict[str, Any]) -> str:
    """What the other parts do not show, as `name: value` lines: pictures, variables, limits, score tables."""
    shown = {"prompt", "options", "targets", "pool"}
    told = [f"{name}: {value}" for name, value in sorted(content.items()) if name not in shown]
    return "\n".join(told + [f"{name}: {key[name]}" for name in ("score_table", "case_sensitive") if name in key])
