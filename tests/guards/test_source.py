"""Rules of the house that can be read off the source."""

import ast
import re
import statistics
from importlib import import_module

from flask import Flask

from lms.core.config import describe_settings
from lms.core.jobs import handler_names
from tests.guards.source import ROOT, called, calls, functions, modules, templates
from worker.schedule import periodic

MOST_LINES, MOST_FILE_LINES, MEDIAN_LINES = 60, 500, 10


def _service_modules() -> dict[str, ast.Module]:
    return {path: tree for path, tree in modules().items()
            if path.endswith("/services.py") or "/services/" in path}


def _takes_actor(function: ast.FunctionDef) -> bool:
    return bool(function.args.args) and function.args.args[0].arg == "actor"


def _authorises(function: ast.FunctionDef) -> bool:
    """It calls authorize(actor, ...) or hands its actor on to another service that does."""
    return any(called(node) == "authorize" or any(isinstance(a, ast.Name) and a.id == "actor" for a in node.args)
               for node in ast.walk(function) if isinstance(node, ast.Call) and called(node) != "record")


def test_every_service_with_an_actor_authorises() -> None:
    lax = [f"{path}:{f.lineno} {f.name}" for path, tree in _service_modules().items() for f in tree.body
           if isinstance(f, ast.FunctionDef) and not f.name.startswith("_") and _takes_actor(f)
           and not _authorises(f)]
    assert not lax, lax


def test_services_never_commit_and_never_import_flask() -> None:
    found = [f"{path}:{node.lineno} {called(node)}" for path, tree in _service_modules().items()
             for node in calls(tree, "commit")]
    for path, tree in _service_modules().items():
        found += [f"{path}:{node.lineno} imports flask" for node in ast.walk(tree)
                  if isinstance(node, ast.ImportFrom) and node.module == "flask"]
    assert not found, found


def test_every_job_has_a_handler(app: Flask) -> None:
    named = {node.args[0].value for tree in modules().values() for node in calls(tree, "enqueue")
             if node.args and isinstance(node.args[0], ast.Constant)}
    named |= {name for _seconds, name in periodic()}
    assert named - handler_names() == set()


def test_every_setting_is_documented() -> None:
    manual = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert [name for name, *_rest in describe_settings() if f"`{name}`" not in manual] == []


def test_functions_and_files_are_short() -> None:
    lengths, long = [], []
    for path, tree in modules().items():
        for function in functions(tree):
            lines = function.end_lineno - function.lineno + 1
            lengths.append(lines)
            if lines > MOST_LINES:
                long.append(f"{path}:{function.lineno} {function.name} has {lines} lines")
        lines = len((ROOT / path).read_text("utf-8").splitlines())
        if lines > MOST_FILE_LINES:
            long.append(f"{path} has {lines} lines")
    assert not long, long
    assert statistics.median(lengths) < MEDIAN_LINES


def test_public_functions_of_services_and_apis_say_what_they_do() -> None:
    bare = [f"{path}:{f.lineno} {f.name}" for path, tree in modules().items() for f in tree.body
            if isinstance(f, ast.FunctionDef) and not f.name.startswith("_") and not ast.get_docstring(f)]
    assert not bare, bare


def test_no_page_has_inline_script_or_style() -> None:
    inline = re.compile(r"<style|<script(?![^>]*\bsrc=)(?![^>]*type=\"application/(?:json|ld\+json)\")"
                        r"|\sstyle\s*=\s*[\"']|\son[a-z]+\s*=\s*[\"']", re.IGNORECASE)
    found = [f"{path.relative_to(ROOT)}: {match.group(0).strip()}" for path in templates()
             for match in inline.finditer(path.read_text("utf-8"))]
    assert not found, found


def test_no_page_names_another_host() -> None:
    foreign = re.compile(r"(?:src|srcset)=[\"']https?://|<link[^>]+href=[\"']https?://")
    assert [str(path) for path in templates() if foreign.search(path.read_text("utf-8"))] == []


def test_no_room_without_a_name() -> None:
    nameless = {"utils", "helpers", "util", "misc", "common", "managers"}
    assert [path for path in modules() if set(path.removesuffix(".py").split("/")) & nameless] == []


def test_every_room_imports() -> None:
    for path in modules():
        if not path.endswith("__main__.py") and path != "worker/app.py":
            import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
