"""Questions of every type from demo/content/moi-dang-cau.toml, with a drawing and a sound, put into the bank."""

import io
import math
import struct
import tomllib
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from assessment.bank import services as bank
from assessment.bank.media import MediaData, keep_many_media
from assessment.bank.services import stimuli
from lms.core.db import transaction
from lms.core.permissions import Actor
from lms.curriculum import services as curriculum

CONTENT = Path(__file__).parent / "content"
FILE = CONTENT / "moi-dang-cau.toml"
PICTURE = CONTENT / "ban-do.svg"
OWN = ("type", "level", "key", "rubric", "image", "options", "targets", "pool", "gaps")
RATE = 8_000


def load_every_type(teacher: Actor) -> list[UUID]:
    """An item or two of every type, ready to be drawn, and a set on a text with a recording."""
    book = tomllib.loads(FILE.read_text("utf-8"))
    with transaction():
        drawing, bell = keep_many_media(teacher, [(PICTURE.name, PICTURE.read_bytes()), ("chuong.wav", ring(3))])
    with transaction():
        place = _place(book)
        ids = bank.create_items(teacher, [_draft(entry, place, drawing) for entry in book["item"]])
        for entry in book["stimulus"]:
            ids += _load_set(teacher, entry, place, drawing, bell)
    return ids


def _place(book: dict[str, Any]) -> dict[str, Any]:
    subject = curriculum.get_subject_by_code(book["subject"])
    topic = curriculum.find_or_add_topic(subject.id, book["topic"], book["grade"])
    return {"subject_id": subject.id, "topic_id": topic.id, "grade": book["grade"]}


def _load_set(teacher: Actor, entry: dict[str, Any], place: dict[str, Any], drawing: MediaData,
              bell: MediaData) -> list[UUID]:
    content = {"body": entry["body"], "audio": {"src": bell.src, "plays": entry["plays"]}}
    shared = stimuli.create_stimulus(teacher, stimuli.StimulusDraft(entry["title"], content, place["subject_id"]))
    ids = bank.create_items(teacher, [_draft(each, place, drawing) for each in entry["item"]])
    stimuli.set_items(teacher, shared.id, ids)
    return ids


def _draft(entry: dict[str, Any], place: dict[str, Any], drawing: MediaData) -> bank.ItemDraft:
    return bank.ItemDraft(type=entry["type"], content=_content(entry, drawing), key=_key(entry),
                          level=entry["level"], state="ready", **place)


def _content(entry: dict[str, Any], drawing: MediaData) -> dict[str, Any]:
    content = {name: value for name, value in entry.items() if name not in OWN}
    for name, letter in (("options", "o"), ("targets", "t"), ("pool", "o")):
        if name in entry:
            content[name] = _rows(entry[name], letter)
    if "gaps" in entry:
        content["gaps"] = [gap | ({"options": _rows(gap["options"], "o")} if "options" in gap else {})
                           for gap in entry["gaps"]]
    if "image" in entry:
        content["image"] = {"src": drawing.src, "alt": entry["image"], "width": drawing.width,
                            "height": drawing.height}
    return content


def _rows(texts: list[str], letter: str) -> list[dict[str, str]]:
    return [{"id": f"{letter}{number}", "text": text} for number, text in enumerate(texts, 1)]


def _key(entry: dict[str, Any]) -> dict[str, Any]:
    key = dict(entry["key"])
    if "left_out" in key:  # TOML has no null
        key["pairs"] = key["pairs"] | dict.fromkeys(key.pop("left_out"))
    if "rubric" in entry:
        key["rubric"] = {"criteria": [
            {"id": f"c{number}", "name": name, "levels": [{"points": points, "text": text} for points, text in levels]}
            for number, (name, *levels) in enumerate(entry["rubric"], 1)]}
    return key


def ring(times: int) -> bytes:
    """A WAV file in which a bell rings so many times."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(b"".join(struct.pack("<h", round(12_000 * value)) for _time in range(times)
                                   for value in _stroke()))
    return file.getvalue()


def _stroke() -> Iterator[float]:
    """One stroke of a bell: a tone and its overtone that fade within a second."""
    for step in range(RATE):
        moment = step / RATE
        tone = math.sin(2 * math.pi * 660 * moment) + 0.5 * math.sin(2 * math.pi * 1650 * moment)
        yield tone / 1.5 * math.exp(-4 * moment)
