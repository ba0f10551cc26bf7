"""Looking into question files: what is found, what is refused and why, and whether writing it back loses anything."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from assessment.bank.media_bytes import judge
from assessment.interchange.questions import (
    ImportReport,
    MediaInMemory,
    ParsedQuestion,
    ParsedStimulus,
    Refused,
    same_question,
)
from assessment.interchange.reading import report_on
from assessment.interchange.tex import canonical_html
from assessment.interchange.writers import FORMATS, ExportItem, ExportStimulus, Format
from lms.core.errors import Invalid


class JudgedMedia(MediaInMemory):
    """Keeps in memory what the bank would keep; the rest is refused with the bank's reason."""

    def keep(self, name: str, data: bytes) -> str:
        """Keep a file; raises Refused."""
        try:
            judge(name, data)
        except Invalid as error:
            raise Refused(error.message) from None
        return super().keep(name, data)


@dataclass
class FileCheck:
    """One file: what was found, and which good questions came back equal after writing in the same format."""

    path: Path
    report: ImportReport
    written: Format | None
    changed: list[ParsedQuestion] = field(default_factory=list)
    """Came back different, and nobody had said so before."""
    named: list[tuple[ParsedQuestion, list[str]]] = field(default_factory=list)
    """Came back different, as the writer had said: each with what the writer names as lost."""
    respelt: int = 0
    """How many of the equal ones have formulas that look the same and are spelt in another way."""

    @property
    def equal(self) -> int:
        """How many came back equal; 0 where the format has no writer."""
        return len(self.report.good) - len(self.changed) - len(self.named) if self.written else 0


@dataclass
class Total:
    """All files together."""

    files: int = 0
    found: int = 0
    imported: int = 0
    refused: int = 0
    equal: int = 0
    respelt: int = 0
    named: int = 0
    silent: int = 0
    tried: int = 0
    types: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, check: FileCheck) -> None:
        """Count a file."""
        report = check.report
        self.files += 1
        self.found += len(report.questions)
        self.imported += len(report.good)
        self.refused += len(report.refused)
        self.equal += check.equal
        self.respelt += check.respelt
        self.named += len(check.named)
        self.silent += len(check.changed)
        self.tried += len(report.good) if check.written else 0
        self.types.update(report.by_type)
        self.reasons.update(question.problems[0] for question in report.refused)


def check_files(folder: Path) -> Iterator[FileCheck]:
    """Each file of a folder and what is below it, in the order of their names; or the one file."""
    for path in sorted(each for each in folder.rglob("*") if each.is_file()) if folder.is_dir() else [folder]:
        with path.open("rb") as stream:
            media = JudgedMedia()
            check = FileCheck(path, report_on(path.name, stream, media), None)
        check.written = writer_of(check.report.format)
        if check.written is not None:
            _compare(check, check.written, media)
        yield check


def writer_of(format: str) -> Format | None:
    """The writer of a format that was read: of the same code, or of the family where versions differ."""
    family = format.partition("_")[0]
    return FORMATS.get(format) or next((each for code, each in FORMATS.items() if code.startswith(family + "_")), None)


def _compare(check: FileCheck, format: Format, media: MediaInMemory) -> None:
    """Write the good questions and read them again: together, and one by one what does not come back equal so."""
    stimuli = {each.ref: each for each in check.report.stimuli}
    good = check.report.good
    back = _there_and_back([_export(each, stimuli) for each in good], format, media)
    together = back if len(back) == len(good) else [None] * len(good)
    for question, other in zip(good, together, strict=True):
        if other is None or not _same(question, other):
            alone = _there_and_back([_export(question, stimuli)], format, media)
            other = alone[0] if len(alone) == 1 and alone[0].is_good else None
        if other is not None and _same(question, other):
            check.respelt += not same_question(other, question)
        elif losses := format.losses(question.type, question.content, question.key):
            check.named.append((question, losses))
        else:
            check.changed.append(question)


def _same(one: ParsedQuestion, other: ParsedQuestion) -> bool:
    """Equal, or equal but for the spelling of formulas that look the same."""
    return same_question(one, other) or same_question(one, other, canonical_html)


def _there_and_back(items: Iterable[ExportItem], format: Format, media: MediaInMemory) -> list[ParsedQuestion]:
    out = BytesIO()
    format.write(items, out, media)
    out.seek(0)
    return report_on(f"x.{format.extension}", out, media).questions


def _export(question: ParsedQuestion, stimuli: dict[str, ParsedStimulus]) -> ExportItem:
    shared = stimuli.get(question.stimulus or "")
    return ExportItem(
        f"line-{question.line}", question.type, question.content, question.key, question.name, question.category,
        level=question.metadata.get("level", ""), metadata=question.metadata,
        stimulus=ExportStimulus(shared.ref, shared.title, shared.content) if shared else None)
