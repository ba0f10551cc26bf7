"""The platform's source as syntax trees, for the guards."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("lms", "assessment", "content_repo", "search", "worker")


@cache
def modules() -> dict[str, ast.Module]:
    """Path under the root -> tree, of every module of the platform."""
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in files}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """Every function and method in a tree."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Every call of a function or method with one of these names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in names:
            yield node


def called(call: ast.Call) -> str:
    """The last part of what is called: `find` in `a.b.find()`."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def templates() -> list[Path]:
    """Every template."""
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("templates/**/*.html"))
