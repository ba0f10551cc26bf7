"""What a new password must be, judged without asking anybody outside, and said so that one can do better."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from zxcvbn import matching
from zxcvbn.scoring import most_guessable_match_sequence

from lms.core.config import settings
from lms.core.errors import Invalid, Problem
from lms.core.i18n import _, _n
from lms.core.names import searchable

LEAST_GUESSES = 10 ** 8.4
"""How many guesses an attacker who knows the usual lists must need."""
JUDGED_LENGTH = 72
VIETNAMESE = Path(__file__).parent / "data" / "common_vi.txt"


def check_new_password(password: str, *, username: str, name: str, organisation: str | None = None) -> None:
    """Raise Invalid with advice where the password is short, common, personal or breached."""
    problems = [Problem("password", message) for message in _faults(password, [username, name, organisation or ""])]
    if problems:
        raise Invalid(_("This password is not safe enough."), problems)


def _faults(password: str, personal: list[str]) -> list[str]:
    shortest = settings().password_length
    if len(password) < shortest:
        return [_n("A password has at least %(num)s character.", "A password has at least %(num)s characters.",
                   shortest)]
    if is_breached(password, settings().breached_passwords):
        return [_("This password is in lists of stolen passwords, which others try first. Choose another one.")]
    fault = _weakness(password, personal)
    if fault:
        return [fault, _("Three or four words that have nothing to do with each other are easy to remember and hard to "
                         "guess.")]
    return []


def _weakness(password: str, personal: Iterable[str]) -> str:
    """Why the password is easy to guess; empty where it is not."""
    judged = _plain(password)[:JUDGED_LENGTH]
    words = {**_dictionaries(), "personal": matching.build_ranked_dict(sorted(_personal_words(personal)))}
    result = most_guessable_match_sequence(judged, matching.omnimatch(judged, words))
    if result["guesses"] >= LEAST_GUESSES:
        return ""
    return _reason(result["sequence"])


def _reason(sequence: list[dict[str, Any]]) -> str:
    """The fault that a person can do most about."""
    found = {each.get("dictionary_name") or each["pattern"] for each in sequence}
    if "personal" in found:
        return _("It is made of your own name, your user name or your school's code.")
    if found & {"passwords", "vietnamese"}:
        return _("It is made of a password or words that very many people use.")
    if "spatial" in found:
        return _("It is a row of neighbouring keys.")
    if found & {"sequence", "repeat"}:
        return _("It is made of repetitions or of rows like “abc” and “123”.")
    if found & {"date", "regex"}:
        return _("It is made of a date or a year.")
    return _("It is easy to guess.")


def _plain(text: str) -> str:
    """As attackers try it: without tone marks."""
    return "".join(sign for sign in unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
                   if not unicodedata.combining(sign))


def _personal_words(texts: Iterable[str]) -> set[str]:
    """The words of names and codes, alone, run together in either order, and their first letters."""
    words: set[str] = set()
    for text in texts:
        parts = [part for part in re.split(r"[^a-z0-9]+", searchable(text)) if part]
        together = {"".join(parts), "".join(reversed(parts)), "".join(part[0] for part in parts)}
        if parts:
            together |= {parts[-1] + "".join(part[0] for part in parts[:-1]), searchable(text)}
        words |= {word for word in {*parts, *together} if len(word) > 1}
    return words


@cache
def _dictionaries() -> dict[str, dict[str, int]]:
    """The lists of zxcvbn with the words that people here use."""
    words = [line for line in VIETNAMESE.read_text("utf-8").split() if not line.startswith("#")]
    known = {name: words for name, words in matching.RANKED_DICTIONARIES.items() if name != "user_inputs"}
    return {**known, "vietnamese": matching.build_ranked_dict(words)}


def is_breached(password: str, file: str) -> bool:
    """Whether the sorted file of SHA-1 hashes (`HASH:COUNT` a line) has this password; nothing where no file is set.

    Raises OSError where the file that is set cannot be read.
    """
    if not file:
        return False
    typed = unicodedata.normalize("NFKC", password).encode()
    wanted = hashlib.sha1(typed, usedforsecurity=False).hexdigest().upper().encode()
    with Path(file).open("rb") as lines:
        low, high = 0, lines.seek(0, 2)
        while low < high:  # the line that holds the wanted hash begins in low..high
            middle = (low + high) // 2
            start = _start_of_line(lines, middle)
            lines.seek(start)
            line = lines.readline()
            found = line[:40].upper()
            if found == wanted:
                return True
            low, high = (start + len(line), high) if found < wanted else (low, start)
    return False


def _start_of_line(lines: Any, position: int) -> int:
    """Where the line begins in which `position` lies; lines have at most 80 bytes."""
    back = max(0, position - 80)
    lines.seek(back)
    return back + lines.read(position - back).rfind(b"\n") + 1 if position else 0
