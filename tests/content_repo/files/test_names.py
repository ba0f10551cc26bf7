"""Names from strangers."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content_repo.files.names import LONGEST, clean_name


@pytest.mark.parametrize(("name", "clean"), [
    ("Bài giảng 1.mp4", "Bài giảng 1.mp4"),
    ("../../etc/passwd", "passwd"),
    ("C:\\Users\\lan\\Video.MP4", "Video.MP4"),
    ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
    ('x".pdf', "x_.pdf"),
    ("con.txt", "_con.txt"),
    (" .. ", "file"),
    ("", "file"),
    (None, "file"),
    (".htaccess", "htaccess"),
    ("gpj.\u202eexe", "gpj.exe"),
    ("a\x00b.pdf", "ab.pdf"),
    ("  nhiều   khoảng  trắng .pdf", "nhiều khoảng trắng.pdf"),
])
def test_made_safe(name, clean):
    assert clean_name(name) == clean


def test_decomposed_vietnamese_is_composed():
    assert clean_name(unicodedata.normalize("NFD", "Tiếng Việt.pdf")) == "Tiếng Việt.pdf"


def test_a_long_name_keeps_its_extension():
    name = clean_name("ạ" * 1000 + ".mp4")
    assert len(name) == LONGEST
    assert name.endswith(".mp4")


@settings(deadline=None)
@given(st.text(max_size=400))
def test_never_dangerous_never_empty(name):
    clean = clean_name(name)
    assert clean
    assert len(clean) <= LONGEST + 1
    assert not set(clean) & set('/\\<>:"|?*\r\n\0')
    assert not clean.startswith(".")
    assert clean_name(clean) == clean
