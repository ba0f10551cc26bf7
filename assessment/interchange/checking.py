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

    @property
    def equal(self) -> int:
        """How many came back equal; 0 where the format has no writer."""
        return len(self.report.good) - len(self.changed) if self.written else 0


@dataclass
class Total:
    """All files together."""

    files: int = 0
    found: int = 0
    imported: int = 0
    refused: int = 0
    equal: int = 0
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
            check.changed = list(_changed(check.report, check.written, media))
        yield check


def writer_of(format: str) -> Format | None:
    """The writer of a format that was read: of the same code, or of the family where versions differ."""
    family = format.partition("_")[0]
    return FORMATS.get(format) or next((each for code, each in FORMATS.items() if code.startswith(family + "_")), None)


def _changed(report: ImportReport, format: Format, media: MediaInMemory) -> Iterator[ParsedQuestion]:
    """The good questions that do not come back equal; tried together, and one by one where that fails."""
    stimuli = {each.ref: each for each in report.stimuli}
    good = report.good
    back = _there_and_back([_export(each, stimuli) for each in good], format, media)
    if len(back) == len(good) and all(map(same_question, back, good)):
        return
    for question in good:
        alone = _there_and_back([_export(question, stimuli)], format, media)
        if len(alone) != 1 or not alone[0].is_good or not same_question(alone[0], question):
            yield question


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
