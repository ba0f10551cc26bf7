"""What each kind of work is described by, declared once: it drives the form, the API and the search document.

A field that is a column of `work` says so; people fields live in `work_person`, outcomes in `work_outcome`,
everything else in the JSON of `work.description` under the field's name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from lms.core.i18n import _l

FieldType = Literal[
    "text",
    "long_text",
    "choice",
    "year",
    "people",
    "keywords",
    "isbn",
    "subject",
    "grade",
    "outcomes",
    "language",
    "licence",
]
Accepts = Literal["video", "pdf", "image", "audio", "any"]


@dataclass(frozen=True)
class Field:
    """One field of a description.

    `role`: for people, the role in `work_person`. `choices`: (code, label) pairs of a choice.
    `indexed`: where its text goes in the search document: "body", "keywords" or nowhere ("").
    """

    name: str
    label: Any
    type: FieldType
    required: bool = False
    hint: Any = ""
    role: str = ""
    column: bool = False
    choices: tuple[tuple[str, Any], ...] = ()
    indexed: Literal["", "body", "keywords"] = ""
    max_length: int = 500
    lang: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of work: its fields in the order of the form and what its main file is.

    `catalogued`: librarians describe what others wrote, so they may publish it without a second reviewer.
    """

    code: str
    label: Any
    hint: Any
    icon: str
    fields: tuple[Field, ...]
    accepts: Accepts
    file_label: Any
    file_required: bool = True
    catalogued: bool = False

    def field(self, name: str) -> Field | None:
        """The field of this name; None if this kind has none."""
        return next((field for field in self.fields if field.name == name), None)

    def people_fields(self) -> tuple[Field, ...]:
        """The fields that name people, in order."""
        return tuple(field for field in self.fields if field.type == "people")


LANGUAGES: tuple[tuple[str, Any], ...] = (
    ("vi", _l("Vietnamese")),
    ("en", _l("English")),
    ("fr", _l("French")),
    ("zh", _l("Chinese")),
    ("ja", _l("Japanese")),
    ("ko", _l("Korean")),
    ("ru", _l("Russian")),
    ("de", _l("German")),
)
DEGREES: tuple[tuple[str, Any], ...] = (
    ("graduation", _l("Graduation thesis")),
    ("master", _l("Master's thesis")),
    ("doctoral", _l("Doctoral thesis")),
)
ACCESS_LEVELS: tuple[tuple[str, Any], ...] = (
    ("open", _l("Everyone")),
    ("signed_in", _l("Everyone who is signed in")),
    ("organisation", _l("Members of the organisation")),
    ("closed", _l("Nobody but the owner and librarians")),
)

TITLE = Field("title", _l("Title of the work"), "text", required=True, column=True)
LANGUAGE = Field("language", _l("Language"), "language", required=True, column=True, choices=LANGUAGES)
SUBJECT = Field("subject", _l("Subject"), "subject", column=True)
GRADE = Field("grade", _l("Grade"), "grade", column=True)
OUTCOMES = Field(
    "outcomes",
    _l("Curriculum outcomes"),
    "outcomes",
    hint=_l("What a pupil can do after it. The list follows the subject and the grade."),
)
LICENCE = Field(
    "licence",
    _l("Licence"),
    "licence",
    required=True,
    column=True,
    hint=_l("What others may do with the work. It is shown in plain words on the page."),
)
KEYWORDS = Field(
    "keywords", _l("Keywords"), "keywords", indexed="keywords", hint=_l("Separate them with semicolons.")
)
ABSTRACT = Field("abstract", _l("Abstract"), "long_text", required=True, indexed="body", max_length=10_000)
AUTHORS = Field("authors", _l("Authors"), "people", required=True, role="author", hint=_l("One name a line."))

LECTURE = Kind(
    "lecture",
    _l("Lecture"),
    _l("A recorded lesson: a video with its description."),
    "camera-video",
    (
        TITLE,
        replace(ABSTRACT, hint=_l("What it teaches and for whom, in a few sentences.")),
        Field(
            "lecturers",
            _l("Lecturers"),
            "people",
            role="lecturer",
            required=True,
            hint=_l("One name a line."),
        ),
        replace(SUBJECT, required=True),
        replace(GRADE, required=True),
        OUTCOMES,
        KEYWORDS,
        LANGUAGE,
        LICENCE,
    ),
    "video",
    _l("Video"),
)
THESIS = Kind(
    "thesis",
    _l("Thesis"),
    _l("A graduation, master's or doctoral thesis with its full text."),
    "mortarboard",
    (
        TITLE,
        Field(
            "author",
            _l("Author of the thesis"),
            "people",
            required=True,
            role="author",
            hint=_l("One name a line."),
        ),
        Field(
            "advisors", _l("Advisors"), "people", required=True, role="advisor", hint=_l("One name a line.")
        ),
        Field("institution", _l("Degree-granting institution"), "text", required=True, indexed="body"),
        Field("degree", _l("Degree"), "choice", required=True, choices=DEGREES),
        Field("discipline", _l("Discipline"), "text", required=True, indexed="body"),
        Field("year", _l("Year of defence"), "year", required=True),
        replace(KEYWORDS, required=True),
        Field(
            "abstract",
            _l("Abstract in Vietnamese"),
            "long_text",
            required=True,
            indexed="body",
            max_length=10_000,
            lang="vi",
        ),
        Field(
            "abstract_en",
            _l("Abstract in English"),
            "long_text",
            required=True,
            indexed="body",
            max_length=10_000,
            lang="en",
        ),
        SUBJECT,
        LANGUAGE,
        LICENCE,
    ),
    "pdf",
    _l("Full text (PDF)"),
    catalogued=True,
)
TEXTBOOK = Kind(
    "textbook",
    _l("Textbook or chapter"),
    _l("A textbook or one chapter of it, as a PDF."),
    "book",
    (
        TITLE,
        AUTHORS,
        Field("publisher", _l("Publisher"), "text", required=True, indexed="body"),
        Field("year", _l("Year of publication"), "year", required=True),
        Field("isbn", _l("ISBN"), "isbn"),
        replace(ABSTRACT, required=False),
        replace(SUBJECT, required=True),
        replace(GRADE, required=True),
        OUTCOMES,
        KEYWORDS,
        LANGUAGE,
        LICENCE,
    ),
    "pdf",
    _l("PDF"),
    catalogued=True,
)
_GENERAL = (TITLE, AUTHORS, ABSTRACT, SUBJECT, GRADE, OUTCOMES, KEYWORDS, LANGUAGE, LICENCE)

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        LECTURE,
        THESIS,
        TEXTBOOK,
        Kind(
            "slides", _l("Slides"), _l("Slides of a lesson, as a PDF."), "easel", _GENERAL, "pdf", _l("PDF")
        ),
        Kind("image", _l("Image"), _l("A picture, map or diagram."), "image", _GENERAL, "image", _l("Image")),
        Kind(
            "audio", _l("Audio"), _l("A recording to listen to."), "mic", _GENERAL, "audio", _l("Recording")
        ),
        Kind(
            "virtual_lab",
            _l("Virtual lab"),
            _l("A simulation or virtual experiment, as a package to download."),
            "eyedropper",
            _GENERAL,
            "any",
            _l("Package"),
        ),
        Kind(
            "exercise_set",
            _l("Exercise set"),
            _l("Exercises with or without answers, as a PDF."),
            "list-check",
            _GENERAL,
            "pdf",
            _l("PDF"),
        ),
    )
}
