"""What a person judges by a rubric (essays, files, spoken answers), and programs, which tests judge."""

import re
from collections.abc import Mapping
from decimal import Decimal

from assessment.bank.numbers import number_text, read_number
from assessment.bank.types.base import Given, ItemType, Problems, Stored, no_answer
from assessment.bank.types.fields import (
    PROMPT_LIMIT,
    cleaner,
    is_id,
    is_short_text,
    is_writable,
    read_html,
    read_line,
    read_rows,
    read_text,
    read_whole,
)
from lms.core.errors import Problem
from lms.core.i18n import _

TABLES = ("rubric",)
TEST_TABLES = ("equal_shares", "all_or_nothing")
ESSAY_LENGTH, PROGRAM_LENGTH, TEST_LENGTH = 30_000, 20_000, 5_000
MOST_CRITERIA, MOST_LEVELS, MOST_FILES, MOST_TESTS, MOST_WORDS = 12, 10, 5, 40, 10_000
MOST_POINTS = Decimal(1_000)
FILE_KINDS = ("pdf", "docx", "odt", "xlsx", "pptx", "jpg", "png", "txt", "zip", "mp3", "m4a", "ogg", "wav", "mp4")
LANGUAGES = ("python",)
_FILE_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


def read_rubric(key: Given, problems: Problems) -> Stored:
    """`rubric`: {"criteria": [{"id", "name", "levels": [{"points", "text"}, …]}, …]}, levels from most to least."""
    raw = key.get("rubric")
    rows = read_rows(raw.get("criteria") if isinstance(raw, Mapping) else None, MOST_CRITERIA)
    criteria: list[Stored] = []
    for number, row in enumerate(rows[:MOST_CRITERIA], start=1):
        criterion = _read_criterion(row)
        if criterion is None or criterion["id"] in {each["id"] for each in criteria}:
            problems.append(Problem(f"rubric-{number}", _(
                "A criterion needs a name, and levels of different points from most to least.")))
            continue
        criteria.append(criterion)
    if not criteria or len(rows) > MOST_CRITERIA:
        problems.append(Problem("rubric", _("The rubric needs 1 to %(n)s criteria.", n=MOST_CRITERIA)))
    elif not rubric_points({"rubric": {"criteria": criteria}}):
        problems.append(Problem("rubric", _("No level of the rubric gives any points.")))
    return {"rubric": {"criteria": criteria}}


def rubric_points(key: Given) -> Decimal:
    """The points of an answer that is at the highest level of every criterion."""
    criteria = key.get("rubric", {}).get("criteria", ())
    return sum((max(Decimal(level["points"]) for level in each["levels"]) for each in criteria), Decimal(0))


def _read_criterion(row: object) -> Stored | None:
    given = row if isinstance(row, Mapping) else {}
    identity, name = given.get("id"), read_line(given.get("name"), 300)
    levels = [_read_level(each) for each in read_rows(given.get("levels"), MOST_LEVELS)]
    points = [Decimal(level["points"]) for level in levels if level]
    if not is_id(identity, "c") or not name or not 1 <= len(levels) <= MOST_LEVELS or len(points) < len(levels):
        return None
    if points != sorted(set(points), reverse=True):
        return None
    return {"id": identity, "name": name, "levels": levels}


def _read_level(row: object) -> Stored | None:
    given = row if isinstance(row, Mapping) else {}
    points = read_number(given.get("points"))
    if points is None or not 0 <= points <= MOST_POINTS:
        return None
    return {"points": number_text(points), "text": read_line(given.get("text"), 2_000)}


def _read_rubric_key(key: Given, content: Stored, problems: Problems) -> Stored:
    model = read_html(key.get("model_answer"), "model_answer", PROMPT_LIMIT, problems)
    return read_rubric(key, problems) | ({"model_answer": model} if model else {})


def _read_essay(content: Given, said: Stored, problems: Problems) -> Stored:
    limits = {name: read_whole(content.get(name), 1, MOST_WORDS) for name in ("min_words", "max_words")}
    own: Stored = {name: value for name, value in limits.items() if value}
    if own.get("min_words", 1) > own.get("max_words", MOST_WORDS):
        problems.append(Problem("max_words", _("The least number of words is above the most.")))
    for name in limits:
        if content.get(name) is not None and name not in own:
            problems.append(Problem(name, _("Give a whole number of words, 1 to %(n)s.", n=MOST_WORDS)))
    return own | {"rows": read_whole(content.get("rows"), 2, 60) or 12}


def _read_upload(content: Given, said: Stored, problems: Problems) -> Stored:
    named = [each.lower().lstrip(".") for each in read_rows(content.get("accept"), 20) if isinstance(each, str)]
    accept = [kind for kind in FILE_KINDS if kind in named or (kind == "jpg" and "jpeg" in named)]
    if not accept or set(named) - {*FILE_KINDS, "jpeg"}:
        problems.append(Problem("accept", _("Say which files are taken, out of: %(names)s.",
                                            names=", ".join(FILE_KINDS))))
    return {"accept": accept, "most": read_whole(content.get("most"), 1, MOST_FILES) or 1,
            "largest_mb": read_whole(content.get("largest_mb"), 1, 50) or 10}


def _read_oral(content: Given, said: Stored, problems: Problems) -> Stored:
    raw = content.get("longest_seconds")
    seconds = read_whole(raw, 5, 600)
    if raw is not None and seconds is None:
        problems.append(Problem("longest_seconds", _("A recording lasts 5 to 600 seconds.")))
    return {"longest_seconds": seconds or 120}


def _read_code(content: Given, said: Stored, problems: Problems) -> Stored:
    language = content.get("language")
    if language not in LANGUAGES:
        problems.append(Problem("language", _("Choose a programming language.")))
        language = LANGUAGES[0]
    return {"language": language, "starter": read_text(content.get("starter"), PROGRAM_LENGTH),
            "samples": _read_tests(content.get("samples"), "samples", problems)}


def _read_code_key(key: Given, content: Stored, problems: Problems) -> Stored:
    tests = _read_tests(key.get("tests"), "tests", problems)
    if not tests:
        problems.append(Problem("tests", _("Give at least one test: an input and the output that belongs to it.")))
    return {"tests": tests, "time_ms": read_whole(key.get("time_ms"), 100, 10_000) or 2_000,
            "memory_mb": read_whole(key.get("memory_mb"), 16, 512) or 128}


def _read_tests(raw: object, where: str, problems: Problems) -> list[Stored]:
    rows, tests = read_rows(raw, MOST_TESTS), []
    for number, row in enumerate(rows, start=1):
        sides = [row.get(side) for side in ("input", "output")] if isinstance(row, Mapping) else []
        if number > MOST_TESTS or not sides or not all(isinstance(s, str) and len(s) <= TEST_LENGTH for s in sides):
            problems.append(Problem(f"{where}-{number}", _(
                "A test has an input and an output of at most %(n)s characters; at most %(most)s tests.",
                n=TEST_LENGTH, most=MOST_TESTS)))
            continue
        tests.append({"input": read_text(sides[0], TEST_LENGTH), "output": read_text(sides[1], TEST_LENGTH)})
    return tests


def _fits_files(most: int, response: object) -> bool:
    if response is None:
        return True
    files = response.get("files") if isinstance(response, dict) and response.keys() == {"files"} else None
    return (isinstance(files, list) and len(files) <= most
            and all(isinstance(each, str) and _FILE_ID.match(each) for each in files) and len(set(files)) == len(files))


ESSAY = ItemType(
    "essay", cleaner(_read_essay, _read_rubric_key, TABLES),
    lambda _content, response: response is None or is_short_text(response, ESSAY_LENGTH), None, TABLES,
    no_answer, longest=2 * ESSAY_LENGTH + 4_000)
FILE_UPLOAD = ItemType(
    "file_upload", cleaner(_read_upload, _read_rubric_key, TABLES),
    lambda content, response: _fits_files(content.get("most", MOST_FILES), response), None, TABLES, no_answer)
ORAL = ItemType(
    "oral", cleaner(_read_oral, _read_rubric_key, TABLES),
    lambda _content, response: _fits_files(1, response), None, TABLES, no_answer)
CODE = ItemType(
    "code", cleaner(_read_code, _read_code_key, TEST_TABLES),
    lambda _content, response: response is None or (
        isinstance(response, str) and len(response) <= PROGRAM_LENGTH and is_writable(response)), None, TEST_TABLES,
    no_answer, longest=2 * PROGRAM_LENGTH + 4_000)
