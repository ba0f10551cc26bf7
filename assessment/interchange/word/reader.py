"""Word papers into questions: `read(stream, media)` yields what a reader of interchange yields."""

from collections.abc import Iterator
from typing import BinaryIO

from assessment.interchange.questions import FileProblem, MediaSink, Parsed, Refused
from assessment.interchange.word.flatten import Flattener
from assessment.interchange.word.outline import outline
from assessment.interchange.word.package import open_word
from assessment.interchange.word.questions_of import questions_of
from lms.core.i18n import _


def read(stream: BinaryIO, media: MediaSink) -> Iterator[Parsed]:
    """The passages and questions of a .docx file in their order; a file that cannot be read is one FileProblem."""
    try:
        blocks = Flattener(open_word(stream), media).blocks()
    except Refused as refused:
        yield FileProblem(0, str(refused))
        return
    paper = outline(blocks)
    if not paper.drafts:
        words = "“Câu 1”, “Bài 1”, “Question 1”, “1.”"
        yield FileProblem(
            0, _("no question was found: questions begin with a number, as in %(examples)s", examples=words))
        return
    yield from questions_of(paper)
