"""docs/exam-faults.md names tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", (ROOT / "docs" / "exam-faults.md").read_text("utf-8"))


def test_every_line_names_a_test() -> None:
    lines = (ROOT / "docs" / "exam-faults.md").read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith("| what goes wrong")]
    assert [row for row in rows if "::test_" not in row] == []
    assert len(rows) == len(NAMED)


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_named_test_exists(path: str, name: str) -> None:
    assert f"def {name}(" in (ROOT / path).read_text("utf-8")
