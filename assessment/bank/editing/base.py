"""The tree of fields, the buttons that change it, and what all types have in common."""

import re
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from assessment.bank.markup import html_to_source, source_to_html
from assessment.bank.media import unsigned_html

Fields = dict[str, Any]
Json = Mapping[str, Any]
DEEPEST, LONGEST_LIST = 7, 100
_NAME = re.compile(r"[a-z0-9_]{1,40}(?:\.[a-z0-9_]{1,40})*(?:\[\])?\Z")
VARIABLE_KINDS = ("range", "values", "formula")


@dataclass(frozen=True)
class Row:
    """A list whose rows can be added and taken away: the letter of their ids ("" for none), and a new row."""

    letter: str = ""
    most: int = 12
    least: int = 0
    new: Callable[[], Fields] = dict


@dataclass(frozen=True)
class EditForm:
    """How the fields of one type are made, read and changed."""

    code: str
    template: str
    """The family's template under `editing/`, with a macro of the type's name."""
    blank: Callable[[], Fields]
    read: Callable[[Fields], tuple[Fields, Fields]]
    """Fields -> what is the type's own in (content, key)."""
    show: Callable[[Json, Json], Fields]
    """(content, key) -> the type's own fields."""
    rows: Mapping[str, Row] = field(default_factory=dict)
    """Lists by their path, with `*` for any number."""
    tidy: Callable[[Fields], None] = lambda _fields: None
    """Brings fields that depend on each other together, such as gaps with their marks in the text."""


COMMON_ROWS = {"variables": Row(most=20, new=lambda: {"kind": "range", "step": "1"})}


@dataclass
class EditedBody:
    """An item in the editor."""

    form: EditForm
    fields: Fields

    @property
    def type(self) -> str:
        """The code of the type."""
        return self.form.code

    @classmethod
    def blank(cls, form: EditForm) -> "EditedBody":
        """Where a new item starts."""
        return cls(form, {"prompt": "", "explanation": "", **form.blank()})

    @classmethod
    def of_version(cls, form: EditForm, content: Json, key: Json) -> "EditedBody":
        """The fields of a stored version."""
        return cls(form, {**_show_common(content, key), **form.show(content, key)})

    @classmethod
    def of_fields(cls, form: EditForm, sent: Iterable[tuple[str, str]]) -> "EditedBody":
        """The fields as they were sent."""
        fields = tree_of(sent)
        form.tidy(fields)
        return cls(form, fields)

    def change(self, action: str) -> bool:
        """Add or take away a row, as a button asked (`add:options`, `remove:options.2`); False for anything else."""
        verb, _mark, path = action.partition(":")
        if verb not in ("add", "remove"):
            return False
        known = {**COMMON_ROWS, **self.form.rows}
        *parents, last = path.split(".")
        if verb == "remove" and _is_place(last):
            row = known.get(_pattern(".".join(parents)))
            held = _at(self.fields, parents)
            if row and isinstance(held, list) and len(held) > row.least and int(last) < len(held):
                held.pop(int(last))
        elif verb == "add":
            self._add(path, known.get(_pattern(path)))
        self.form.tidy(self.fields)
        return True

    def _add(self, path: str, row: Row | None) -> None:
        *parents, last = path.split(".")
        holder = _at(self.fields, parents) if parents else self.fields
        if row is None or not isinstance(holder, dict):
            return
        held = holder.setdefault(last, [])
        if isinstance(held, list) and len(held) < row.most:
            identity = {"id": free_id(row.letter, held)} if row.letter else {}
            held.append({**identity, **deepcopy(row.new())})

    def content(self) -> dict[str, Any]:
        """The content that these fields say."""
        own, _key = self.form.read(self.fields)
        return {"prompt": html(self.fields.get("prompt")), **_read_variables(self.fields), **own}

    def key(self) -> dict[str, Any]:
        """The key that these fields say."""
        _content, own = self.form.read(self.fields)
        table = text(self.fields.get("score_table"))
        return {**own, "explanation": html(self.fields.get("explanation")), **({"score_table": table} if table else {})}


def tree_of(sent: Iterable[tuple[str, str]]) -> Fields:
    """Names such as `options.0.text` as a tree; rows stand in the order of their numbers; `name[]` is a list of texts.

    Names that are no path, too deep or too many are left out: a form of ours sends none.
    """
    tree: Fields = {}
    for name, value in sent:
        if not _NAME.match(name) or name.count(".") > DEEPEST:
            continue
        *parents, last = name.split(".")
        place: Any = tree
        for part in parents:
            place = place.setdefault(part, {}) if isinstance(place, dict) else None
        if not isinstance(place, dict):
            continue
        if last.endswith("[]"):
            place.setdefault(last.removesuffix("[]"), []).append(value)
        else:
            place[last] = value
    return {name: _with_lists(value) for name, value in tree.items()}


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(name.isdecimal() and len(name) < 4 for name in value):
        return [_with_lists(value[name]) for name in sorted(value, key=int)][:LONGEST_LIST]
    return {name: _with_lists(each) for name, each in value.items()}


def _is_place(text: str) -> bool:
    """Whether this is a place in a list; a number of thousands of digits is not even read."""
    return text.isdecimal() and len(text) < 4


def _at(tree: Any, path: list[str]) -> Any:
    for part in path:
        if isinstance(tree, list) and _is_place(part) and int(part) < len(tree):
            tree = tree[int(part)]
        elif isinstance(tree, dict):
            tree = tree.get(part)
        else:
            return None
    return tree


def _pattern(path: str) -> str:
    return ".".join("*" if part.isdecimal() else part for part in path.split("."))


def free_id(letter: str, rows: list[Fields]) -> str:
    """The first id of this letter that no row has."""
    taken = {row.get("id") for row in rows}
    return next(each for each in (f"{letter}{number}" for number in range(1, 200)) if each not in taken)


def rows(value: Any) -> list[Fields]:
    """The rows of a list field; anything else has none."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """One text field; anything else is empty."""
    return value.strip() if isinstance(value, str) else ""


def html(value: Any) -> str:
    """What a text field says as HTML that is yet to be cleaned; addresses of pictures without their signatures."""
    return source_to_html(unsigned_html(value)) if isinstance(value, str) else ""


def source(value: Any) -> str:
    """Stored HTML as it is edited."""
    return html_to_source(value) if isinstance(value, str) else ""


def lines(value: Any) -> list[str]:
    """The lines of a text field that say something."""
    return [line.strip() for line in value.splitlines() if line.strip()] if isinstance(value, str) else []


def whole(value: Any) -> Any:
    """A whole number; what is none stays text, to be refused by name; None where nothing is said."""
    said = text(value)
    return int(said) if said.isdecimal() and len(said) < 10 else said or None


def shown(number: Any) -> str:
    """A stored number as it is written here: with a decimal comma."""
    said = str(number) if number is not None else ""
    return said if "{{" in said else said.replace(".", ",")


def told(**values: Any) -> Fields:
    """Only what is said: without None and empty texts."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def flag(fields: Fields, name: str) -> bool:
    """Whether a box was ticked."""
    return text(fields.get(name)) == "1"


def option_rows(value: Any) -> list[Fields]:
    """Rows of {"id", "text"} as content says them."""
    return [{"id": text(row.get("id")), "text": html(row.get("text"))} for row in rows(value)]


def show_options(options: Any) -> list[Fields]:
    """Stored rows of {"id", "text"} as fields."""
    return [{"id": each["id"], "text": source(each["text"])} for each in options or ()]


def blank_options(letter: str, count: int) -> list[Fields]:
    """So many empty rows."""
    return [{"id": f"{letter}{number}", "text": ""} for number in range(1, count + 1)]


def _show_common(content: Json, key: Json) -> Fields:
    variables = []
    for each in content.get("variables", ()):
        kind = "formula" if "is" in each else "values" if "values" in each else "range"
        variables.append({"name": each["name"], "kind": kind, "values": " ; ".join(map(shown, each.get("values", ()))),
                          "is": each.get("is", ""),
                          **{end: shown(each.get(end)) for end in ("from", "to", "step")}})
    return {"prompt": source(content["prompt"]), "explanation": source(key.get("explanation", "")),
            "score_table": key.get("score_table", ""), "variables": variables,
            "conditions": "\n".join(content.get("conditions", ()))}


def _read_variables(fields: Fields) -> Fields:
    variables = [_read_variable(row) for row in rows(fields.get("variables"))]
    return told(variables=variables, conditions=lines(fields.get("conditions")) if variables else None)


def _read_variable(row: Fields) -> Fields:
    name, kind = text(row.get("name")), text(row.get("kind"))
    if kind == "formula":
        return {"name": name, "is": text(row.get("is"))}
    if kind == "values":
        return {"name": name, "values": [_plain(each) for each in text(row.get("values")).split(";") if each.strip()]}
    return {"name": name, **{end: _plain(text(row.get(end))) for end in ("from", "to", "step")}}


def _plain(number: str) -> str:
    return number.strip().replace(",", ".").replace("−", "-")
