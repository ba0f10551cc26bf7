"""Damaged and hostile pictures of Windows: a reason each, and never anything else."""

import gzip
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.bank import metafile, svg
from assessment.bank.metafile import canvas, wmf
from tests.assessment.bank.metafile.made import (
    dib,
    emf,
    emf_font,
    emf_record,
    emf_text,
    half_alpha,
    numbers,
    record,
    window,
    words,
)
from tests.assessment.bank.metafile.made import wmf as made_wmf

PICTURE = record(0x0B41, struct.pack("<I8h", 0x00CC0020, 2, 2, 0, 0, 90, 90, 0, 0) + dib())
WHOLE = (half_alpha(), made_wmf(window(), words(0x0324, 3, 0, 0, 9, 0, 9, 9), PICTURE),
         emf(emf_font(1, "Symbol", charset=2), numbers(37, 1), emf_text(5, 5, "\uf061", 9),
             numbers(59), numbers(27, 0, 0), numbers(54, 9, 9), numbers(60), numbers(64, 0, 0, 0, 0)))


def read(data: bytes) -> bool:
    """Whether it was drawn, in which case it is a safe drawing."""
    try:
        drawn = metafile.to_svg(data)
    except metafile.Unreadable:
        return False
    svg.cleaned(drawn, lambda inside: ("image/png", inside))
    return True


@pytest.mark.parametrize("data", WHOLE, ids=["formula", "picture", "emf"])
def test_a_picture_cut_at_any_byte_is_refused(data: bytes):
    assert read(data)
    assert not any(read(data[:place]) for place in range(len(data) - 6))


@given(st.sampled_from(WHOLE), st.data())
@settings(max_examples=300, deadline=1000)
def test_changed_bytes_are_drawn_or_refused(whole: bytes, data: st.DataObject):
    changed = bytearray(whole)
    for _change in range(data.draw(st.integers(1, 6))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    read(bytes(changed))


@given(st.lists(st.tuples(st.sampled_from(sorted(wmf._ACTS)), st.binary(max_size=60)), max_size=12))
@settings(max_examples=300, deadline=1000)
def test_any_records_of_a_wmf_are_drawn_or_refused(records: list[tuple[int, bytes]]):
    read(made_wmf(window(), *(record(code, body) for code, body in records)))


@given(st.lists(st.tuples(st.integers(1, 122), st.binary(max_size=120)), max_size=12))
@settings(max_examples=300, deadline=1000)
def test_any_records_of_an_emf_are_drawn_or_refused(records: list[tuple[int, bytes]]):
    read(emf(*(emf_record(code, body) for code, body in records)))


@pytest.mark.parametrize("data", [
    made_wmf(window(), struct.pack("<IH", 0, 0x0213) + b"\0" * 4),
    made_wmf(window(), *[words(0x001E)] * 100, words(0x0325, 2, 0, 0, 9, 9)),
    made_wmf(window(), *[words(0x0325, 2, 0, 0, 9, 9)] * 16_000),
    made_wmf(window(), *[record(0x02FC, struct.pack("<HIH", 0, 0, 0))] * 5_000, words(0x0325, 2, 0, 0, 9, 9)),
    made_wmf(*[words(0x0102, 1)] * 61_000),
    made_wmf(window(), record(0x0538, struct.pack("<H", 0xFFFF))),
    made_wmf(window(), record(0x0B41, struct.pack("<I8h", 0x00CC0020, 2, 2, 0, 0, 9, 9, 0, 0)
                              + struct.pack("<IiiHHIIiiII", 40, 60_000, 60_000, 1, 1, 0, 0, 0, 0, 0, 0))),
    emf(emf_record(8, struct.pack("<4iII", 0, 0, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF))),
    emf(numbers(27, 0, 0), *[numbers(54, 2_000_000_000, 2_000_000_000)] * 3),
    emf(struct.pack("<II", 54, 0)),
    b"\xd7\xcd\xc6\x9a", b"\1\0\x09\0\0\3", b"\1\0\0\0" + b"\0" * 36 + b" EMF",
], ids=range(13))
@pytest.mark.timeout(60)
def test_bombs_are_refused_soon(data: bytes):
    assert not read(data)


def test_packed_pictures_are_unpacked_within_bounds():
    whole = gzip.compress(half_alpha())
    assert metafile.begins_as_metafile(whole)
    assert metafile.to_svg(whole) == metafile.to_svg(half_alpha())
    assert not any(read(whole[:place]) for place in range(0, len(whole) - 12))
    assert not read(gzip.compress(half_alpha() + b"\0" * 50_000_000))
    assert not metafile.begins_as_metafile(gzip.compress(b"no picture"))


def test_what_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(metafile.Unreadable):
        metafile.to_svg(half_alpha() + b"\0" * metafile.MOST_BYTES)
    monkeypatch.setattr(canvas, "MOST_POINTS", 3)
    assert not read(half_alpha())


def test_names_and_letters_cannot_leave_their_place():
    from tests.assessment.bank.metafile.made import font, select, text

    said = metafile.to_svg(made_wmf(window(), words(0x0214, 400, 9), font("a'\"><script>"), select(0),
                                    text(b'"><script>&', *[50] * 11)))
    assert b"<script" not in said
    svg.cleaned(said, lambda inside: ("image/png", inside))
