"""The guards' own words at the end of a run."""

from typing import Any

import pytest

TALLIES = pytest.StashKey[list[str]]()


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Any:
    """`tell(text)`: a line that is shown at the end of the run, whatever pytest hides."""
    return request.config.stash.setdefault(TALLIES, []).append


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Show what the guards counted."""
    for line in config.stash.get(TALLIES, []):
        terminalreporter.write_line(line)
