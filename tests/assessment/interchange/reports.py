"""Files of tests, read at once."""

from io import BytesIO

from assessment.interchange.questions import ImportReport, MediaInMemory
from assessment.interchange.reading import report_on


def read_question_file(name: str, data: bytes, media: MediaInMemory | None = None) -> ImportReport:
    """What is in a file of these bytes."""
    return report_on(name, BytesIO(data), media if media is not None else MediaInMemory())
