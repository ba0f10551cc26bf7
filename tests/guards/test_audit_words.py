"""Every act that the code records has words for people, and no field that it records is a secret by its name."""

import ast
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from lms.audit.words import THINGS, act_words
from lms.core.audit.withheld import SECRET

ROOT = Path(__file__).parents[2]


def _records() -> Iterator[tuple[str, ast.Call]]:
    """Each call of `audit.record`, and where it stands."""
    for package in ("lms", "assessment", "content_repo", "search", "worker"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record"
                        and isinstance(node.func.value, ast.Name) and node.func.value.id == "audit"):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_every_act_has_words(app: Flask) -> None:
    found = list(_records())
    assert len(found) > 40
    wordless = []
    with app.test_request_context():
        for place, call in found:
            act = call.args[1]
            if isinstance(act, ast.Constant) and act_words(act.value) == act.value:
                wordless.append(f"{place} records {act.value}: add it to lms/audit/words.py")
    assert not wordless, "\n".join(wordless)


def test_the_pages_of_things_exist(app: Flask) -> None:
    pages = {endpoint for _words, endpoint, _argument in THINGS.values() if endpoint}
    assert pages <= set(app.view_functions)


def test_no_field_of_an_event_is_a_secret() -> None:
    wrong = [f"{place} records {word.arg}" for place, call in _records() for word in call.keywords
             if word.arg and SECRET.search(word.arg)]
    assert not wrong, "\n".join(wrong)
