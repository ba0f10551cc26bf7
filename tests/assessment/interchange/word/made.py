"""Small Word files made for one test."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from assessment.interchange.questions import FileProblem, MediaInMemory, ParsedQuestion, ParsedStimulus
from assessment.interchange.word.reader import read
from bench.word_papers.ooxml import SPACES, Package, paragraph, run


def word_file(*body: str, package: Package | None = None) -> bytes:
    """A file of these paragraphs and tables."""
    package = package or Package()
    package.body += body
    return package.save()


def lines(*texts: str) -> bytes:
    """A file of plain paragraphs."""
    return word_file(*(paragraph(run(text)) for text in texts))


def changed(data: bytes, name: str, new: bytes) -> bytes:
    """The same file with one part replaced or added."""
    out = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for each in old.namelist():
            if each != name:
                archive.writestr(each, old.read(each))
        archive.writestr(name, new)
    return out.getvalue()


def document(inner: str) -> bytes:
    """A document part."""
    return f'<?xml version="1.0"?><w:document {SPACES}><w:body>{inner}</w:body></w:document>'.encode()


def questions(data: bytes) -> list[ParsedQuestion]:
    """The questions that are read."""
    return [each for each in everything(data) if isinstance(each, ParsedQuestion)]


def problems(data: bytes) -> list[str]:
    """What is wrong with the file."""
    return [each.message for each in everything(data) if isinstance(each, FileProblem)]


def stimuli(data: bytes) -> list[ParsedStimulus]:
    """The passages that are read."""
    return [each for each in everything(data) if isinstance(each, ParsedStimulus)]


def everything(data: bytes) -> list:
    """All that the reader yields."""
    return list(read(BytesIO(data), MediaInMemory()))
