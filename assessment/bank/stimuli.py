"""What a stimulus says: a text, a recording, or both, that several items share. Pure, no database.

    {"body": html, "audio": {"src": "/items/media/<id>", "plays": 2 or None}, "transcript": html}

`audio` and `transcript` are optional; `plays` is how often a candidate may hear it, None as often as he likes.
"""

from collections.abc import Mapping
from typing import Any

from assessment.bank.markup import is_own_picture
from assessment.bank.types.fields import read_html, read_whole, shows_something
from lms.core.errors import Problem
from lms.core.i18n import _

BODY_LIMIT = 60_000
TITLE_LIMIT = 200
MOST_PLAYS = 20


def read_stimulus(given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """The cleaned content and what is wrong with it."""
    problems: list[Problem] = []
    content: dict[str, Any] = {"body": read_html(given.get("body"), "body", BODY_LIMIT, problems)}
    audio = _read_audio(given.get("audio"), problems)
    if audio:
        content["audio"] = audio
    transcript = read_html(given.get("transcript"), "transcript", BODY_LIMIT, problems)
    if transcript:
        content["transcript"] = transcript
    if not shows_something(content["body"]) and not audio:
        problems.append(Problem("body", _("Write a text, or choose a recording.")))
    return content, problems


def _read_audio(raw: object, problems: list[Problem]) -> dict[str, Any] | None:
    if not raw:
        return None
    given = raw if isinstance(raw, Mapping) else {}
    source, plays = given.get("src"), given.get("plays")
    if not isinstance(source, str) or not is_own_picture(source):
        problems.append(Problem("audio", _("Choose a recording.")))
        return None
    if plays is not None and read_whole(plays, 1, MOST_PLAYS) is None:
        problems.append(Problem("audio", _("It may be heard 1 to %(n)s times, or as often as one likes.",
                                           n=MOST_PLAYS)))
        plays = None
    return {"src": source, "plays": plays}


def kind_of(content: Mapping[str, Any]) -> str:
    """`audio` where there is something to listen to, else `text`."""
    return "audio" if content.get("audio") else "text"


def counted_recording(content: Mapping[str, Any]) -> tuple[str, int] | None:
    """(id, how often it may be heard) of the recording whose plays are counted; None where there is none."""
    audio = content.get("audio") or {}
    return (str(audio["src"]).rsplit("/", 1)[-1], int(audio["plays"])) if audio.get("plays") else None
