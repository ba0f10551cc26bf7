"""Fields that many types have, each read from what was handed in: cleaned, or a problem at its name."""

import re
from collections.abc import Callable, Mapping
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from assessment.bank import markup
from assessment.bank.markup import formula_fault, lost_parts, one_line, plain_text, printable, sanitise
from assessment.bank.types.base import Clean, Given, Problems, Stored
from lms.core.errors import Problem
from lms.core.i18n import _

PROMPT_LIMIT, OPTION_LIMIT, ANSWER_LIMIT = 20_000, 5_000, 200
MOST_OPTIONS, MOST_ACCEPTED, MOST_VARIABLES = 12, 20, 20
PLACEHOLDER = re.compile(r"\{\{(\+?)([a-z][a-z0-9_]{0,19})\}\}")
"""Where the value of a variable comes: `{{a}}`, or `{{+a}}` with its sign always written."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,19}\Z")
LARGEST_PICTURE = 20_000

ReadContent = Callable[[Given, Stored, Problems], Stored]
ReadKey = Callable[[Given, Stored, Problems], Stored]


def cleaner(read_content: ReadContent, read_key: ReadKey, tables: tuple[str, ...]) -> Clean:
    """The `clean` of a type: what all items have in common, and what is its own.

    `read_content` is given what was handed in and what of it is cleaned already (prompt and variables);
    `read_key` is given the key and the cleaned content.
    """
    def clean(content: Given, key: Given, problems: Problems) -> tuple[Stored, Stored]:
        said: Stored = {"prompt": read_html(content.get("prompt"), "prompt", PROMPT_LIMIT, problems)}
        if not shows_something(said["prompt"]):
            problems.append(Problem("prompt", _("The question has no text.")))
        said |= read_variables(content, problems)
        said |= read_content(content, said, problems)
        return said, read_key(key, said, problems) | _read_common_key(key, tables, problems)
    return clean


def nothing_more(_content: Given, _said: Stored, _problems: Problems) -> Stored:
    """The content of a type that has only a prompt."""
    return {}


def _read_common_key(key: Given, tables: tuple[str, ...], problems: Problems) -> Stored:
    clean: Stored = {}
    explanation = read_html(key.get("explanation"), "explanation", PROMPT_LIMIT, problems)
    if explanation:
        clean["explanation"] = explanation
    table = key.get("score_table")
    if table in tables:
        clean["score_table"] = table
    elif table:
        problems.append(Problem("score_table", _("This type of question is not scored in this way.")))
    return clean


def read_html(raw: object, where: str, limit: int, problems: Problems) -> str:
    """Clean HTML of one field; what cannot be shown is a problem and never lost in silence."""
    if raw is None:
        return ""
    if not isinstance(raw, str):
        problems.append(Problem(where, _("This must be text.")))
        return ""
    if len(raw) > limit:
        problems.append(Problem(where, _("This text is too long: at most %(n)s characters.", n=limit)))
        return ""
    if lost := lost_parts(raw):
        problems.append(Problem(where, _("These pictures, sounds or embedded objects are not in the platform: "
                                         "%(names)s", names=", ".join(lost))))
    clean = sanitise(raw)
    if fault := formula_fault(clean):
        problems.append(Problem(where, _("A formula is not closed, or its braces do not match: %(tex)s",
                                         tex=fault)))
    return clean


def read_line(raw: object, limit: int) -> str:
    """One line of plain text, at most `limit` characters; empty where there is none or too much."""
    line = " ".join(printable(raw).split()) if isinstance(raw, str) and len(raw) <= 10 * limit else ""
    return line if len(line) <= limit else ""


def read_text(raw: object, limit: int) -> str:
    """Plain text of several lines, such as a program; empty where there is none or too much."""
    text = printable(raw).replace("\r\n", "\n").replace("\r", "\n") if isinstance(raw, str) else ""
    return text if len(text) <= limit else ""


def read_rows(raw: object, most: int) -> list[Any]:
    """The rows of a list, one more than are allowed, so that too many can be told; [] for anything else."""
    return list(raw[:most + 1]) if isinstance(raw, list | tuple) else []


def read_whole(raw: object, least: int, most: int) -> int | None:
    """A whole number between two others, or None."""
    fine = isinstance(raw, int) and not isinstance(raw, bool) and least <= raw <= most
    return raw if fine and isinstance(raw, int) else None


def is_place(value: object, most: float) -> bool:
    """Whether this is a number of image pixels from 0 to `most`."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most


def read_options(content: Given, name: str, problems: Problems, *, letter: str = "o", least: int = 2,
                 most: int = MOST_OPTIONS, statements: bool = False) -> list[dict[str, str]]:
    """Rows of {"id", "text"}, such as options `o1`… and targets `t1`…; each with its own text."""
    options: list[dict[str, str]] = []
    for number, row in enumerate(read_rows(content.get(name), most), start=1):
        where = f"{name}-{number}"
        identity = row.get("id") if isinstance(row, Mapping) else None
        if not isinstance(row, Mapping) or not is_id(identity, letter):
            problems.append(Problem(where, _("An option needs an id such as o1 and a text.")))
            continue
        text = read_html(row.get("text"), where, OPTION_LIMIT, problems)
        options.append({"id": str(identity), "text": one_line(text)})
    if not least <= len(options) <= most:
        wanted = (_("A true/false question has %(n)s statements.", n=least) if statements else
                  _("This question needs %(least)s to %(most)s options.", least=least, most=most))
        problems.append(Problem(name, wanted))
    _check_options(options, name, statements, problems)
    return options


def _check_options(options: list[dict[str, str]], name: str, statements: bool, problems: Problems) -> None:
    if len({option["id"] for option in options}) < len(options):
        problems.append(Problem(name, _("Two options have the same id.")))
    seen: dict[str, int] = {}
    for number, option in enumerate(options, start=1):
        text = plain_text(option["text"], limit=OPTION_LIMIT)
        if not shows_something(option["text"]):
            problems.append(Problem(f"{name}-{number}", _without_text(name, number, statements)))
        elif text and text in seen and not has_picture(option["text"]):
            one, other = (place_name(name, each, statements) for each in (seen[text], number))
            problems.append(Problem(f"{name}-{number}", _("%(a)s and %(b)s say the same.", a=one, b=other)))
        seen.setdefault(text, number)


def place_name(name: str, number: int, statements: bool = False) -> str:
    """What the row at a place (from 1) is called on the page: A, B, C; a, b, c for statements; 1, 2, 3 on the right."""
    if name != "options" or number > len(ascii_uppercase):
        return str(number)
    return (ascii_lowercase if statements else ascii_uppercase)[number - 1]


def _without_text(name: str, number: int, statements: bool) -> str:
    letter = place_name(name, number, statements)
    if statements:
        return _("Statement %(letter)s has no text.", letter=letter)
    return _("Option %(letter)s has no text.", letter=letter)


def read_fixed(content: Given, said: Stored, problems: Problems) -> Stored:
    """`fixed`: ids of options that stay where they are when the others are shuffled."""
    named = chosen_ids(content.get("fixed"), said.get("options", []))
    return {"fixed": named} if named else {}


def read_choose(content: Given, most: int, problems: Problems) -> Stored:
    """`choose`: {"min", "max"}, how many may be chosen; left out where nothing is said."""
    raw = content.get("choose")
    if raw is None:
        return {}
    given = raw if isinstance(raw, Mapping) else {}
    low, high = read_whole(given.get("min", 1), 1, most), read_whole(given.get("max", most), 1, most)
    if not isinstance(raw, Mapping) or low is None or high is None or low > high:
        problems.append(Problem("choose", _("Say how many may be chosen: 1 to %(n)s.", n=most)))
        return {}
    return {"choose": {"min": low, "max": high}}


def read_picture(raw: object, where: str, problems: Problems) -> Stored | None:
    """{"src", "alt", "width", "height"} of one of our pictures."""
    given = raw if isinstance(raw, Mapping) else {}
    source, alt = given.get("src"), read_line(given.get("alt"), 1_000)
    width, height = (read_whole(given.get(side), 1, LARGEST_PICTURE) for side in ("width", "height"))
    if not isinstance(source, str) or not markup.is_own_picture(source) or width is None or height is None:
        problems.append(Problem(where, _("Choose a picture.")))
        return None
    if not alt:
        problems.append(Problem(where, _("Describe the picture for those who cannot see it.")))
    return {"src": source, "alt": alt, "width": width, "height": height}


def read_variables(content: Given, problems: Problems) -> Stored:
    """`variables` and `conditions` of an item that differs from paper to paper; see `variants.py`."""
    raw = content.get("variables")
    if not raw:
        return {}
    variables: list[Stored] = []
    for number, row in enumerate(read_rows(raw, MOST_VARIABLES), start=1):
        variable = _read_variable(row)
        if variable is None or variable["name"] in {each["name"] for each in variables}:
            problems.append(Problem(f"variables-{number}", _(
                "A variable needs a name of its own and its values: from, to and step, a list, or a formula.")))
            continue
        variables.append(variable)
    if len(variables) > MOST_VARIABLES:
        problems.append(Problem("variables", _("At most %(n)s variables.", n=MOST_VARIABLES)))
    lines = [read_line(each, ANSWER_LIMIT) for each in read_rows(content.get("conditions"), MOST_VARIABLES)]
    clean: Stored = {"variables": variables} if variables else {}
    conditions = [line for line in lines if line]
    return clean | ({"conditions": conditions} if variables and conditions else {})


def _read_variable(row: object) -> Stored | None:
    """One of {"name", "from", "to", "step"}, {"name", "values"} and {"name", "is"}."""
    name = row.get("name") if isinstance(row, Mapping) else None
    if not isinstance(row, Mapping) or not isinstance(name, str) or not _NAME.match(name):
        return None
    if formula := read_line(row.get("is"), ANSWER_LIMIT):
        return {"name": name, "is": formula}
    values = [line for each in read_rows(row.get("values"), 1_000) if (line := read_line(each, 40))]
    if values:
        return {"name": name, "values": values}
    bounds = {end: read_line(row.get(end, "1" if end == "step" else None), 40) for end in ("from", "to", "step")}
    return {"name": name, **bounds} if all(bounds.values()) else None


def is_variable(said: Stored, text: object) -> bool:
    """Whether a text of this item holds the place of a variable, so that only its draws can be checked."""
    return "variables" in said and isinstance(text, str) and PLACEHOLDER.search(text) is not None


def is_id(value: object, letter: str) -> bool:
    """Whether this is an id such as `o1`, of the kind whose ids begin with `letter`."""
    return isinstance(value, str) and re.fullmatch(rf"{letter}[1-9]\d?", value) is not None


def chosen_ids(raw: object, rows: list[Any]) -> list[str]:
    """The ids among `rows` that a list names, in the order of the rows."""
    named = [each for each in raw if isinstance(each, str)] if isinstance(raw, list | tuple) else []
    return [row["id"] for row in rows if row["id"] in named]


def shows_something(html: str) -> bool:
    """Whether a reader sees anything: text, a picture or a sound."""
    return bool(plain_text(html)) or has_picture(html)


def has_picture(html: str) -> bool:
    """Whether a picture or a sound stands in the text."""
    return "<img" in html or "<audio" in html


def is_writable(text: str) -> bool:
    """Whether a page and a database can hold it: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def is_short_text(response: object, longest: int = ANSWER_LIMIT) -> bool:
    """Whether this is text of at most `longest` characters that can be kept."""
    return isinstance(response, str) and len(response) <= longest and is_writable(response)


def is_selection(response: object, known: list[str], most: int | None = None) -> bool:
    """Whether this is a list of different known ids, at most `most`."""
    limit = len(known) if most is None else most
    return (isinstance(response, list) and len(response) <= limit
            and all(isinstance(one, str) and one in known for one in response)
            and len(set(response)) == len(response))


def is_pairing(response: object, left: list[str], right: list[str], reuse: bool) -> bool:
    """Whether this is {left id: right id or null}, each right one once unless `reuse`."""
    if not isinstance(response, dict) or not all(name in left for name in response):
        return False
    used = [value for value in response.values() if value is not None]
    return (all(isinstance(value, str) and value in right for value in used)
            and (reuse or len(set(used)) == len(used)))
