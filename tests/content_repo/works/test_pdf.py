"""A PDF is looked into from a distance; what cannot be read is refused with the right reason."""

import io
import zlib

import pytest
from pypdf import PdfReader, PdfWriter

from content_repo.works.pdf import PdfReport, inspect_pdf
from tests.factories.works import pdf_bytes


def locked(password):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_bytes())))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def look(tmp_path, content):
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    return inspect_pdf(path)


def test_pages_and_text_are_found(tmp_path):
    assert look(tmp_path, pdf_bytes("Xin chao", pages=3)) == PdfReport("", 3, True)
    assert look(tmp_path, pdf_bytes("")) == PdfReport("", 1, False)


def test_a_file_locked_only_against_printing_is_fine(tmp_path):
    assert look(tmp_path, locked("")).fault == ""


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda: b"", "empty"),
        (lambda: b"MZ\x90\x00 this is a program", "not_pdf"),
        (lambda: b"PK\x03\x04 this is a document of Word", "not_pdf"),
        (lambda: locked("secret"), "encrypted"),
        (lambda: b"%PDF-1.7\n" + zlib.compress(b"nothing"), "damaged"),
        (lambda: pdf_bytes()[:60], "damaged"),
    ],
)
def test_faults(tmp_path, make, fault):
    assert look(tmp_path, make()).fault == fault
