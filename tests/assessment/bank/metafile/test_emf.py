"""The newer pictures of Windows, as SVG."""

import re
import struct

import pytest

from assessment.bank import metafile
from tests.assessment.bank.metafile.made import (
    dib,
    emf,
    emf_font,
    emf_record,
    emf_text,
    numbers,
)


def drawn(*records: bytes, **options: object) -> str:
    """The SVG of an EMF of these records."""
    return metafile.to_svg(emf(*records, **options)).decode()


def small(code: int, *values: int) -> bytes:
    """Points in words, after bounds and their number."""
    head = struct.pack("<4iI", 0, 0, 0, 0, len(values) // 2)
    return emf_record(code, head + struct.pack(f"<{len(values)}h", *values))


def test_a_chart_is_drawn_in_its_frame():
    shown = drawn(emf_record(38, struct.pack("<IIiiI", 1, 0, 2, 0, 0xFF0000)), numbers(37, 1), numbers(27, 0, 0),
                  numbers(54, 100, 50), small(86, 0, 0, 10, 0, 10, 10), small(85, 0, 0, 5, 5, 9, 9, 12, 0),
                  numbers(43, 0, 0, 20, 20), numbers(42, 0, 0, 20, 20))
    assert 'width="96" height="48"' in shown
    assert 'd="M0 0L96 48"' in shown
    assert 'stroke="#0000ff" stroke-width="1.92"' in shown
    assert shown.count("<path") == 5


def test_words_are_vietnamese_and_signs_of_symbol_what_they_show():
    shown = drawn(numbers(22, 24), emf_font(1, "Times New Roman"), numbers(37, 1), emf_text(10, 40, "Ngọn lửa"),
                  emf_font(2, "Symbol", charset=2), numbers(37, 2), emf_text(10, 20, "\uf061", 12))
    assert re.findall(r"<text[^>]*>([^<]*)</text>", shown) == ["Ngọn lửa", "α"]
    assert 'font-size="19.2"' in shown


def test_the_window_and_the_world_move_points():
    shown = drawn(numbers(17, 8), numbers(9, 1000, 500), numbers(11, 100, 50),
                  emf_record(36, struct.pack("<6fI", 1, 0, 0, 1, 100, 0, 4)), small(87, 0, 0, 900, 500))
    assert 'd="M9.6 0L96 48"' in shown
    up = drawn(numbers(17, 3), small(87, 0, 0, 2540, -1270))
    assert 'd="M0 0L96 48"' in up


def test_a_path_is_drawn_at_its_end():
    shown = drawn(numbers(37, -0x7FFFFFFC), numbers(59), numbers(27, 0, 0), numbers(54, 50, 0), numbers(54, 50, 50),
                  numbers(61), numbers(60), numbers(62, 0, 0, 0, 0))
    assert shown.count("<path") == 1
    assert 'd="M0 0L48 0L48 48Z" fill="#000000"' in shown


def test_pictures_of_dots_are_kept():
    picture = dib()
    body = struct.pack("<4i6i4I2I2i", 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 80, 40, 120, len(picture) - 40, 0, 0x00CC0020,
                       50, 50)
    assert "data:image/png" in drawn(emf_record(81, body + picture))


@pytest.mark.parametrize(("records", "reason"), [
    ((emf_record(70, struct.pack("<I", 16) + b"EMF+" + struct.pack("<HHII", 0x4001, 0, 28, 16)),), r"EMF\+"),
    ((numbers(118, 0),), "118"),
    ((numbers(20, 7),), "0700"),
    ((emf_record(35, struct.pack("<6f", 1e9, 0, 0, 1, 0, 0)),), "."),
    ((emf_record(35, struct.pack("<6f", float("nan"), 0, 0, 1, 0, 0)),), "."),
    ((numbers(1, 2),), "."),
])
def test_what_would_change_the_picture_is_refused_with_its_reason(records: tuple[bytes, ...], reason: str):
    with pytest.raises(metafile.Unreadable, match=reason):
        drawn(*records)


def test_a_file_that_draws_in_both_ways_is_read_in_the_older_one():
    both = emf_record(70, struct.pack("<I", 16) + b"EMF+" + struct.pack("<HHII", 0x4001, 1, 28, 16))
    assert drawn(both, small(87, 0, 0, 10, 10))
