"""The questions of demo/content/*.toml, put into the bank in the order of options that a seed gives."""

import random
import tomllib
from pathlib import Path
from typing import Any
from uuid import UUID

from assessment.bank import services as bank
from lms.core.permissions import Actor
from lms.curriculum import services as curriculum

CONTENT = Path(__file__).parent / "content"
FILES = ("toan.toml", "vat-li.toml")


def load_questions(teacher: Actor) -> list[UUID]:
    """All questions, ready to be drawn."""
    drafts = [draft for name in FILES for draft in read_drafts(CONTENT / name)]
    return bank.create_items(teacher, drafts)


def read_drafts(file: Path) -> list[bank.ItemDraft]:
    """The drafts of one file."""
    book = tomllib.loads(file.read_text("utf-8"))
    subject = curriculum.get_subject_by_code(book["subject"])
    topics = {
        name: curriculum.find_or_add_topic(subject.id, name, book["grade"]).id
        for name in {entry["topic"] for entry in book["item"]}
    }
    return [_draft(entry, subject.id, topics[entry["topic"]], book["grade"]) for entry in book["item"]]


def _draft(entry: dict[str, Any], subject_id: UUID, topic_id: UUID, grade: int) -> bank.ItemDraft:
    options, places = _shuffled(entry)
    content: dict[str, Any] = {"prompt": _paragraph(entry["prompt"])}
    if options:
        content["options"] = options
    return bank.ItemDraft(
        type=entry["type"],
        content=content,
        key=_key(entry, places),
        subject_id=subject_id,
        topic_id=topic_id,
        grade=grade,
        level=entry["level"],
        state="ready",
    )


def _shuffled(entry: dict[str, Any]) -> tuple[list[dict[str, str]], dict[int, str]]:
    """The options in a drawn order, and which id each written place got."""
    order = list(range(1, len(entry.get("options", [])) + 1))
    if entry["type"] != "true_false":
        random.Random(entry["prompt"]).shuffle(order)
    places = {place: f"o{number}" for number, place in enumerate(order, 1)}
    return [{"id": places[place], "text": _escaped(entry["options"][place - 1])} for place in order], places


def _key(entry: dict[str, Any], places: dict[int, str]) -> dict[str, Any]:
    answer = entry["answer"]
    explained = {"explanation": _paragraph(entry["explanation"])}
    if entry["type"] == "single_choice":
        return {"correct": places[answer], **explained}
    if entry["type"] == "multiple_response":
        return {"correct": [places[place] for place in answer], **explained}
    if entry["type"] == "true_false":
        return {"true": [places[place] for place in answer], **explained}
    accepted = [{"value": text.replace(",", "."), "tolerance": "0"} for text in answer]
    return {"accepted": accepted, **explained}


def _paragraph(text: str) -> str:
    return f"<p>{_escaped(text)}</p>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
