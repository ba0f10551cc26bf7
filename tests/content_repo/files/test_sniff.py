"""What a file is, told by its bytes alone."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content_repo.files.sniff import UNKNOWN, sniff
from tests.factories.media import make_clip


def zipped(*names: str) -> bytes:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return whole.getvalue()


@pytest.mark.parametrize(("extension", "more", "kind"), [
    ("mp4", (), "video/mp4"), ("mov", (), "video/quicktime"), ("mkv", (), "video/x-matroska"),
    ("avi", (), "video/x-msvideo"), ("ts", (), "video/mp2t"), ("flv", ("-ar", "44100"), "video/x-flv"),
])
def test_real_videos(extension, more, kind):
    assert sniff(make_clip(extension=extension, more=more).read_bytes()) == kind


@pytest.mark.parametrize(("head", "kind"), [
    (b"MZ\x90\x00", "application/x-msdownload"),
    (b"\x7fELF\x02", "application/x-executable"),
    (b"%PDF-1.7\n", "application/pdf"),
    (b"\xef\xbb\xbf%PDF-1.4", "application/pdf"),
    (b"<html><script>x</script>%PDF-1.4", "text/html"),
    (b"  <!DOCTYPE HTML>", "text/html"),
    (b"<SCRIPT>alert(1)</SCRIPT>", "text/html"),
    (b'<?xml version="1.0"?><svg onload="x">', "image/svg+xml"),
    (b'<?xml version="1.0"?><quiz/>', "application/xml"),
    ("Câu 1: Chọn đáp án đúng".encode(), "text/plain"),
    (b"#EXTM3U\nfile:///etc/passwd", "text/plain"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
    (b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
    (b"", UNKNOWN),
    (b"\x00\x01\x02\x03", UNKNOWN),
])
def test_by_their_beginning(head, kind):
    assert sniff(head) == kind


def test_archives():
    assert sniff(zipped("a.txt")) == "application/zip"
    assert sniff(zipped("[Content_Types].xml", "word/document.xml")).endswith("wordprocessingml.document")


@settings(deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_get_an_answer(head):
    assert "/" in sniff(head)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", min_codepoint=32, exclude_characters="<%\x7f"), min_size=1))
def test_text_cut_inside_a_letter_is_still_text(text):
    assert sniff((("a" * 4095) + "ạ" + text).encode()) == "text/plain"
