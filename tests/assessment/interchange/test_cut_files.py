"""Files of every format that is read here, cut anywhere: a report always, a crash never."""

from io import BytesIO
from random import Random

import pytest

from assessment.interchange import reading
from assessment.interchange.questions import FileProblem, MediaInMemory, ParsedQuestion, bounded
from assessment.interchange.writers import FORMATS
from tests.assessment.interchange.samples import MEDIA, items

PLACES = 60


def written(code: str) -> bytes:
    out = BytesIO()
    FORMATS[code].write(items(), out, MEDIA)
    return out.getvalue()


def read_without_net(data: bytes) -> None:
    """As read_question_file, but an exception of a reader is not caught."""
    stream = BytesIO(data)
    reader = reading.find_reader(stream)
    if isinstance(reader, FileProblem):
        return
    for each in bounded(reader.read(stream, MediaInMemory())):
        if isinstance(each, ParsedQuestion):
            assert each.is_good or all(each.problems)


@pytest.mark.parametrize("code", ["moodle_xml", "gift", "aiken", "csv", "xlsx"])
def test_cut_files(code):
    data, chance = written(code), Random(5)
    for _each in range(PLACES):
        read_without_net(data[:chance.randrange(len(data))])


@pytest.mark.parametrize("code", ["moodle_xml", "gift", "aiken", "csv", "xlsx"])
def test_damaged_files(code):
    data, chance = written(code), Random(7)
    for _each in range(PLACES):
        damaged = bytearray(data)
        for _sign in range(chance.randint(1, 8)):
            damaged[chance.randrange(len(data))] = chance.choice(b"{}=~#\\<>&%:\n\x00\xff \"';,")
        read_without_net(bytes(damaged))


@pytest.mark.parametrize("code", ["gift", "aiken", "csv"])
def test_small_files_cut_at_every_byte(code):
    small = written(code)[:1500]
    for place in range(len(small)):
        read_without_net(small[:place])
