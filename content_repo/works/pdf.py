"""Look into an uploaded PDF without trusting it: a process of its own with little memory and little time.

`python -m content_repo.works.pdf PATH` prints one line of JSON; `inspect_pdf` runs it and reads the line.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

SECONDS = 30
MEMORY = 1024**3
PAGES_READ_FOR_TEXT = 5
ROOT = Path(__file__).resolve().parents[2]

Fault = Literal["", "empty", "not_pdf", "encrypted", "damaged", "too_hard"]


@dataclass(frozen=True)
class PdfReport:
    """What the file is: a fault, or its number of pages and whether its first pages carry text."""

    fault: Fault = ""
    pages: int = 0
    has_text: bool = False


def inspect_pdf(path: Path) -> PdfReport:
    """Read the PDF at `path` in a process of its own: at most 30 seconds and 1 GiB. Slow."""
    fault = _fault_of_head(path)
    if fault:
        return PdfReport(fault)
    command = [sys.executable, "-m", "content_repo.works.pdf", str(path.resolve())]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=SECONDS, check=True)  # noqa: S603
        return PdfReport(**json.loads(done.stdout))
    except (subprocess.SubprocessError, ValueError, TypeError):
        return PdfReport("too_hard")


def _fault_of_head(path: Path) -> Fault:
    """What the first kilobyte already tells: readers accept the mark anywhere in it."""
    with path.open("rb") as stream:
        head = stream.read(1024)
    if not head:
        return "empty"
    return "" if b"%PDF-" in head else "not_pdf"


def read_report(path: Path) -> PdfReport:
    """Read the PDF here and now. Only for the child process: a hostile file can eat memory and time."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            return PdfReport("encrypted")
        pages = len(reader.pages)
        has_text = any((page.extract_text() or "").strip() for page in reader.pages[:PAGES_READ_FOR_TEXT])
        return PdfReport(pages=pages, has_text=has_text) if pages else PdfReport("damaged")
    except MemoryError:
        return PdfReport("too_hard")
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        OSError,
        NotImplementedError,
        AssertionError,
        ArithmeticError,
    ):
        return PdfReport("damaged")


def main(path: str) -> None:
    """Bound this process, read the file, print the report."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    print(json.dumps(asdict(read_report(Path(path)))))


if __name__ == "__main__":
    main(sys.argv[1])
