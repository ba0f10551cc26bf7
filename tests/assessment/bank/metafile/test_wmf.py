"""The old pictures of Windows: what MathType and Word draw, as SVG."""

import re
import struct

import pytest

from assessment.bank import metafile, svg
from assessment.bank.media_bytes import judge
from assessment.bank.metafile.glyphs import MT_EXTRA, SYMBOL
from lms.core.errors import Invalid
from tests.assessment.bank.metafile.made import (
    dib,
    font,
    half_alpha,
    pen,
    record,
    select,
    text,
    window,
    wmf,
    words,
)


def drawn(*records: bytes, **options: object) -> str:
    """The SVG of a WMF of these records."""
    return metafile.to_svg(wmf(*records, **options)).decode()


def letters(shown: str) -> list[str]:
    """The texts of an SVG."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", shown)


def test_a_formula_is_drawn_with_its_letters_its_bar_and_its_size():
    shown = metafile.to_svg(half_alpha()).decode()
    assert letters(shown) == ["α", "2"]
    assert 'width="40" height="26.667"' in shown
    assert 'd="M4.167 13.333L17.5 13.333"' in shown
    assert 'translate(6.667 11.667)' in shown
    assert 'font-size="16"' in shown
    assert "MathType" not in shown
    kept, width, height = svg.cleaned(shown.encode(), lambda _data: pytest.fail("no picture inside"))
    assert (width, height) == (40, 27)
    assert "α".encode() in kept


def test_each_letter_stands_where_the_formula_put_it():
    shown = drawn(window(), words(0x0214, 480, 96), font("Times New Roman", italic=True), select(0),
                  text(b"xOy", 168, 276, 259), text(b"z", 10))
    assert 'x="0 7 18.5"' in shown
    assert 'translate(4 20)' in shown
    assert f'translate({4 + 703 / 24:.3f} 20)' in shown


def test_symbol_and_mt_extra_become_their_unicode_signs():
    assert [SYMBOL[code] for code in b"abpDW\xa3\xb3\xb9\xce\xde\xf2\xd6"] == list("αβπΔΩ≤≥≠∈⇒∫√")
    assert len(SYMBOL) == 95 + 94
    assert [MT_EXTRA[code] for code in b"Klm\xa1"] == list("…ℓ∓ℝ")
    shown = drawn(window(), words(0x0214, 480, 96), font("MT Extra", charset=2), select(0), text(b"L", 300))
    assert letters(shown) == ["⋯"]


@pytest.mark.parametrize(("face", "written"), [(".VnTime", "Täa ®é"), ("VNI-Times", "Toïa ñoä")])
def test_letters_of_old_vietnamese_fonts_become_unicode(face: str, written: str):
    shown = drawn(window(), words(0x0214, 480, 96), font(face), select(0), text(written.encode("cp1252")))
    assert letters(shown) == [{".VnTime": "Tọa độ", "VNI-Times": "Tọa độ"}[face]]


@pytest.mark.parametrize(("face", "sign"), [("Symbol", b"\xf0"), ("MT Extra", b"u"), ("Wingdings", b"J")])
def test_a_sign_that_is_not_known_is_refused_and_never_shown_as_another(face: str, sign: bytes):
    with pytest.raises(metafile.Unreadable, match=face):
        drawn(window(), font(face, charset=2), select(0), text(sign, 100))


def test_parts_of_tall_brackets_are_drawn_so_that_they_meet():
    shown = drawn(window(), words(0x0214, 480, 96), font("Symbol", charset=2), select(0), text(b"\xe6", 148))
    assert not letters(shown)
    assert "scale(0.016 -0.016)" in shown


def test_a_narrow_font_is_drawn_narrow():
    shown = drawn(window(), words(0x0214, 480, 96), font("Symbol", -507, charset=2, width=227), select(0),
                  text(b"{", 182))
    assert "scale(0.759 1)" in shown


def test_shapes_pictures_and_colours():
    shown = drawn(
        window(), words(0x0102, 1), pen(0, 0x0000FF), select(0), record(0x02FC, struct.pack("<HIH", 0, 0x00FF00, 0)),
        select(1), words(0x041B, 100, 200, 0, 0), words(0x0418, 100, 200, 0, 0), words(0x0324, 3, 0, 0, 9, 0, 9, 9),
        words(0x0325, 2, 0, 0, 50, 50), record(0x0538, struct.pack("<3H", 2, 2, 2) + struct.pack("<8h", *range(8))),
        words(0x0817, 0, 100, 50, 200, 100, 200, 0, 0), words(0x001E), record(0x0209, b"\0\0\xff\0"), words(0x0127, -1),
        record(0x0B41, struct.pack("<I8h", 0x00CC0020, 2, 2, 0, 0, 90, 90, 0, 0) + dib()))
    assert shown.count('fill="#00ff00"') == 4
    assert 'stroke="#ff0000"' in shown
    assert "data:image/png;base64," in shown
    assert judge("hinh.wmf", wmf(window(), words(0x0325, 2, 0, 0, 50, 50))).content_type == "image/svg+xml"


def test_a_bare_file_takes_its_size_from_its_window():
    shown = drawn(window(1440, 720), words(0x0325, 2, 0, 0, 50, 50), frame=None)
    assert 'width="96" height="48"' in shown


@pytest.mark.parametrize(("records", "reason"), [
    ((window(), record(0x0419, b"\0" * 8), words(0x0325, 2, 0, 0, 9, 9)), "0419"),
    ((window(), record(0x02FC, struct.pack("<HIH", 2, 0, 3)), select(0), words(0x041B, 9, 9, 0, 0)), "pattern|mẫu"),
    ((window(), words(0x0104, 7)), "0700"),
    ((window(),), "nothing|không có gì"),
])
def test_what_would_change_the_picture_is_refused_with_its_reason(records: tuple[bytes, ...], reason: str):
    with pytest.raises(metafile.Unreadable, match=reason):
        drawn(*records)


def test_a_picture_without_any_size_is_refused():
    with pytest.raises(metafile.Unreadable, match="large"):
        drawn(words(0x020C, 0, 0), frame=None)


def test_the_bank_says_why_a_picture_is_not_kept():
    with pytest.raises(Invalid, match=r"hinh\.wmf"):
        judge("hinh.wmf", wmf(window()))
