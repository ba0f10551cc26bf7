"""Vietnamese and English are complete: every string of every room has its translation."""

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from lms.app import ROOMS
from tests.guards.source import ROOT

VIETNAMESE = set("ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "_n": (1, 2), "ngettext": (1, 2)}


def _folders() -> list[Path]:
    rooms = [ROOT / room.replace(".", "/") for room in ROOMS] + [
        ROOT / "lms/core",
        ROOT / "lms/shell",
        ROOT / "lms/app.py",
    ]
    return [room for room in rooms if room.exists()]


def _strings(room: Path) -> set[str]:
    if room.is_file():
        return _strings_in(room.parent, only=room.name)
    return _strings_in(room)


def _strings_in(folder: Path, only: str = "") -> set[str]:
    methods = [(only, "python")] if only else METHODS
    found = extract_from_dir(str(folder), methods, keywords=KEYWORDS)
    return {message[0] if isinstance(message, tuple) else message for _file, _line, message, _notes, _context in found}


def _known() -> set[str]:
    known: set[str] = set()
    for file in ROOT.glob("*/**/translations/vi/LC_MESSAGES/messages.po"):
        if "node_modules" in file.parts or ".venv" in file.parts:
            continue
        for message in read_po(file.open("rb"), locale="vi"):
            said = message.string if isinstance(message.string, tuple) else (message.string,)
            if message.id and all(said) and not message.fuzzy:
                known.add(message.id[0] if isinstance(message.id, tuple) else message.id)
    return known


@pytest.mark.parametrize("room", _folders(), ids=lambda room: room.relative_to(ROOT).as_posix())
def test_every_string_is_translated(room: Path) -> None:
    assert sorted(_strings(room) - _known()) == []


@pytest.mark.parametrize("room", _folders(), ids=lambda room: room.relative_to(ROOT).as_posix())
def test_the_source_strings_are_english(room: Path) -> None:
    assert [text for text in _strings(room) if set(text.lower()) & VIETNAMESE] == []


@pytest.mark.parametrize("file", sorted(ROOT.glob("[a-z]*/**/translations/vi/LC_MESSAGES/messages.po")), ids=str)
def test_placeholders_survive_translation(file: Path) -> None:
    broken = []
    for message in read_po(file.open("rb"), locale="vi"):
        for _checker, error in [(None, e) for e in message.check()]:
            broken.append(f"{message.id}: {error}")
    assert not broken, broken


def test_one_string_has_one_translation() -> None:
    """The rooms share one domain: two translations of a string would win in turn, by the order of folders."""
    said: dict[str, dict[str, str]] = {}
    for file in sorted(ROOT.glob("[a-z]*/**/translations/vi/LC_MESSAGES/messages.po")):
        if "node_modules" not in file.parts:
            for message in read_po(file.open("rb"), locale="vi"):
                if message.id:
                    said.setdefault(str(message.id), {})[str(file.relative_to(ROOT).parts[:-4])] = str(message.string)
    assert {text: places for text, places in said.items() if len(set(places.values())) > 1} == {}
