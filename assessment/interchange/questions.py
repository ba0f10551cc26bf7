"""What a reader of question files hands on: each question in the bank's shape, or the reason why not.

Every format has a reader that yields, one after the other and in the order of the file, `ParsedQuestion`,
`ParsedStimulus` (before the questions that point to it) and `FileProblem`. Pictures and sound go to a
`MediaSink`; in the texts they stand as `src="media:<sha256>"`. Readers touch no database.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, Protocol

from assessment.bank.markup import plain_text
from lms.core.i18n import _

MEDIA = re.compile(r"media:([0-9a-f]{64})")
MOST_QUESTIONS = 20_000
LARGEST_TEXT = 64 * 1024**2
"""Bytes of a text file, which is held in memory while its questions are read."""
MOST_ANSWERS = 100
LONGEST_QUESTION = 150_000
"""Characters: more than the bank takes, so that a report says what is wrong, and few enough to be read at once."""
NAME_LIMIT, SOURCE_LIMIT = 200, 200_000
Stored = dict[str, Any]


class Refused(Exception):
    """This one question (or file of media) cannot be taken; the message says why, in the reader's language."""


class MediaSink(Protocol):
    """Where a reader puts the pictures and sounds that it finds."""

    def keep(self, name: str, data: bytes) -> str:
        """Take a file; returns `media:<sha256>`, to stand as `src`. Raises Refused with the reason."""
        ...


@dataclass(frozen=True)
class Unsure:
    """Something that was guessed: `where` names the field (`prompt`, `options-2`, `key`), as a Problem does."""

    where: str
    message: str


@dataclass(frozen=True)
class Found:
    """Where a question stands in its file and what it calls itself.

    `line` counts from 1; formats without lines count questions and say the place in words in `position`.
    """

    line: int
    source_type: str = ""
    name: str = ""
    category: str = ""
    position: str = ""


@dataclass(frozen=True)
class ParsedQuestion:
    """One question of a file; without `problems` it can be imported, `notes` say what is then not kept.

    `unsure` lists what a person should look at; `source` is the question as it stood in the file, as HTML
    that is not yet cleaned; `metadata` may hold level, difficulty, outcomes (codes), topic, points, tags, seconds;
    `stimulus` is the `ref` of a ParsedStimulus that came before.
    """

    line: int
    name: str
    category: str
    source_type: str
    type: str
    content: Stored
    key: Stored
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unsure: tuple[Unsure, ...] = ()
    source: str = ""
    metadata: Stored = field(default_factory=dict)
    stimulus: str | None = None
    position: str = ""

    @property
    def is_good(self) -> bool:
        """Whether it can be imported."""
        return not self.problems

    @property
    def where(self) -> str:
        """Its place in the file, in words."""
        return self.position or _("line %(line)s", line=self.line)


@dataclass(frozen=True)
class ParsedStimulus:
    """A text, picture or sound that several questions share; content is {"body": html, "audio"?, "transcript"?}."""

    ref: str
    title: str
    content: Stored
    line: int = 0
    category: str = ""
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    source: str = ""
    position: str = ""


@dataclass(frozen=True)
class FileProblem:
    """Something wrong with the file itself, at a line (0: the file as a whole) or a place in words."""

    line: int
    message: str
    position: str = ""


Parsed = ParsedQuestion | ParsedStimulus | FileProblem


@dataclass
class ImportReport:
    """All that was found in one file, in its order."""

    file: str
    format: str = ""
    questions: list[ParsedQuestion] = field(default_factory=list)
    problems: list[FileProblem] = field(default_factory=list)
    stimuli: list[ParsedStimulus] = field(default_factory=list)

    @property
    def good(self) -> list[ParsedQuestion]:
        """The questions that can be imported."""
        return [question for question in self.questions if question.is_good]

    @property
    def refused(self) -> list[ParsedQuestion]:
        """The questions that cannot, each with its reasons."""
        return [question for question in self.questions if not question.is_good]

    @property
    def by_type(self) -> dict[str, int]:
        """How many good questions of each type of the bank."""
        return dict(Counter(question.type for question in self.good))

    def take(self, parsed: Iterable[Parsed]) -> "ImportReport":
        """Put everything that a reader yields into its list."""
        for each in parsed:
            if isinstance(each, ParsedQuestion):
                self.questions.append(each)
            elif isinstance(each, ParsedStimulus):
                self.stimuli.append(each)
            else:
                self.problems.append(each)
        return self


class MediaInMemory:
    """A sink that keeps every file once: for small files, looking into files, and tests."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[str, bytes]] = {}

    def keep(self, name: str, data: bytes) -> str:
        """Keep a file under the digest of its bytes."""
        src = media_src(data)
        self.files.setdefault(src, (name, data))
        return src

    def open(self, src: str) -> tuple[str, bytes]:
        """Name and bytes of what was kept; raises KeyError."""
        return self.files[src]


def media_src(data: bytes) -> str:
    """How a file of media is pointed to until it is imported."""
    return f"media:{sha256(data).hexdigest()}"


def refuse(found: Found, reason: str, prompt: str = "", source: str = "") -> ParsedQuestion:
    """A question that is named and not taken."""
    name = " ".join(found.name.split())[:NAME_LIMIT] or plain_text(prompt[:2000], limit=80)
    return ParsedQuestion(found.line, name, found.category, found.source_type, "", {}, {}, (reason,),
                          source=(source or prompt)[:SOURCE_LIMIT], position=found.position)


def unsupported(source_type: str) -> Refused:
    """The refusal of a type that the bank does not have."""
    return Refused(_("type not supported: %(type)s", type=source_type[:40] or "?"))


def question_json(question: ParsedQuestion) -> Stored:
    """The question as plain JSON, to be staged."""
    return asdict(question)


def question_of(row: Mapping[str, Any]) -> ParsedQuestion:
    """What `question_json` wrote."""
    lists = {name: tuple(row.get(name, ())) for name in ("problems", "notes")}
    unsure = tuple(Unsure(**each) for each in row.get("unsure", ()))
    return ParsedQuestion(**{**row, **lists, "unsure": unsure})


class _Body(Protocol):
    """Anything with type, content and key: a ParsedQuestion, an ItemBody, an ExportItem."""

    @property
    def type(self) -> str: ...
    @property
    def content(self) -> Stored: ...
    @property
    def key(self) -> Stored: ...


def same_question(one: _Body, other: _Body, spelling: Callable[[str], str] = str) -> bool:
    """Whether type, content and key are equal but for white space in texts and the names of ids.

    `spelling` may bring each text into the form in which texts are to be compared.
    """
    return one.type == other.type and plain_form(one, spelling) == plain_form(other, spelling)


_ROWS = (("options", "o"), ("targets", "t"), ("pool", "o"), ("gaps", "g"), ("areas", "a"), ("points", "p"))
_AROUND_BLOCK = re.compile(r"\s*(</?(?:p|div|ul|ol|li|table|thead|tbody|tr|td|th|br|hr|h[1-6]|blockquote)\b[^>]*>)\s*")


def plain_form(body: _Body, spelling: Callable[[str], str] = str) -> Stored:
    """Content and key as they are compared: ids by their place, white space as one space, texts by `spelling`."""
    content, key = deepcopy(body.content), deepcopy(body.key)
    for gap in content.get("gaps") or ():
        _rename_gap(gap, (key.get("gaps") or {}).get(gap.get("id")))
    names: dict[str, str] = {}
    for field_name, letter in _ROWS:
        rows = content.get(field_name) or key.get(field_name) or ()
        names |= {str(row.get("id")): f"{letter}{number}" for number, row in enumerate(rows, start=1)}
    for number, row in enumerate((key.get("rubric") or {}).get("criteria") or (), start=1):
        names[str(row.get("id"))] = f"c{number}"
    return {"content": _normal(content, names, spelling), "key": _normal(key, names, spelling)}


def _rename_gap(gap: Stored, key: Stored | None) -> None:
    """The options of a gap have names of their own, which may be those of another gap."""
    own = {str(row.get("id")): f"{gap.get('id')}/{number}" for number, row in enumerate(gap.get("options") or (), 1)}
    for row in gap.get("options") or ():
        row["id"] = own[str(row.get("id"))]
    if key and key.get("correct") in own:
        key["correct"] = own[key["correct"]]


def _normal(value: Any, names: Mapping[str, str], spelling: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        if value in names:
            return names[value]
        renamed = re.sub(r"\[\[(\w{1,8})\]\]", lambda match: f"[[{names.get(match[1], match[1])}]]", value)
        return _AROUND_BLOCK.sub(r"\1", " ".join(spelling(renamed).split()))
    if isinstance(value, Mapping):
        return {names.get(name, name): _normal(each, names, spelling) for name, each in value.items()}
    return [_normal(each, names, spelling) for each in value] if isinstance(value, list | tuple) else value


def bounded(parsed: Iterator[Parsed]) -> Iterator[Parsed]:
    """The first `MOST_QUESTIONS` questions of a file, and a problem where it has more."""
    count = 0
    for each in parsed:
        count += isinstance(each, ParsedQuestion)
        if count > MOST_QUESTIONS:
            yield FileProblem(0, _("the file has more than %(n)s questions; please split it", n=MOST_QUESTIONS))
            return
        yield each
