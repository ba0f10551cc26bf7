"""Walk the seven steps over HTTP, a line each: `python -m tests.walk.run http://127.0.0.1:8080`."""

import sys
import time
from collections.abc import Callable
from importlib import import_module

import requests

from tests.walk.site import Site, WalkFailed

STEPS = (
    ("sign_in", "Sign in"),
    ("lecture", "Lecture"),
    ("search", "Search"),
    ("thesis", "Thesis"),
    ("bank", "Bank"),
    ("exam", "Exam"),
    ("analysis", "Analysis"),
)


def walk(base: str) -> int:
    """Walk all steps, each whatever became of the others; how many failed."""
    site, failed = Site(base), 0
    for number, (module, title) in enumerate(STEPS, 1):
        begun = time.monotonic()
        passed, seen = _step(import_module(f"tests.walk.{module}").walk, site)
        failed += not passed
        print(
            f"{'ok  ' if passed else 'FAIL'} {number}. {title} ({time.monotonic() - begun:.1f} s): {seen}", flush=True
        )
    print(f"{len(STEPS) - failed} of {len(STEPS)} steps passed", flush=True)
    return failed


def _step(step: Callable[[Site], str], site: Site) -> tuple[bool, str]:
    try:
        return True, step(site)
    except WalkFailed as error:
        return False, str(error)
    except (requests.RequestException, KeyError, IndexError, ValueError) as error:
        return False, f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    sys.exit(1 if walk(sys.argv[1]) else 0)
