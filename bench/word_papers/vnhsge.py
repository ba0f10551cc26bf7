r"""Questions of the VNHSGE data set (a folder of JSON files), where it is present, as texts of papers.

A question is taken where its text can be told apart without doubt: four options on lines of their own and a key.
What stands before "Câu n" or "Question n" is left out, and so are pictures, which are files apart.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from bench.word_papers.inline import formulas_of
from bench.word_papers.omml import omml
from bench.word_papers.truth import Question

_START = re.compile(r"^(?:Câu|Question)\s*\d+\s*[.:]?\s*", re.M)
_OPTION = re.compile(r"^\s*([A-D])\s*[.:)]\s*(.*?)\s*$", re.S)
_PLAIN_BRACES = re.compile(r"\{([A-Za-z0-9]+)\}")
_BAD = re.compile(r"\\(?!underline|frac|sqrt|pi|alpha|beta|omega|varphi|lambda|infty|times|cdot|Delta|ln|log|leq|geq)")


def load(folder: Path) -> dict[str, list[Question]]:
    """Questions by subject; an empty dictionary where the folder has none."""
    subjects: dict[str, list[Question]] = {}
    for path in sorted(folder.glob("MET_*_IE_*.json")):
        rows = json.loads(path.read_text("utf-8"))
        subjects.setdefault(path.stem.split("_")[1], []).extend(_questions(rows))
    texts = [text for questions in subjects.values() for q in questions for text in (q.stem, *q.options)]
    made = omml([tex for text in texts for tex in formulas_of(text)])
    kept = {name: [q for q in questions if _can_be_set(q, made)] for name, questions in subjects.items()}
    return {name: questions for name, questions in kept.items() if len(questions) >= 8}


def _can_be_set(question: Question, made: dict[str, str]) -> bool:
    """Whether Word could hold its formulas; the data set has some that are cut in two."""
    texts = (question.stem, *question.options)
    formulas = [tex for text in texts for tex in formulas_of(text)]
    bare = [text for text in texts if "{" in re.sub(r"\$[^$]*\$", "", text) or "}" in re.sub(r"\$[^$]*\$", "", text)]
    return not bare and all(made[tex] and tex.isascii() for tex in formulas)


def _questions(rows: list[dict[str, str]]) -> Iterator[Question]:
    for row in rows:
        question = _question(row)
        if question is not None:
            yield question


def _question(row: dict[str, str]) -> Question | None:
    text = row["Question"]
    starts = list(_START.finditer(text))
    if len(starts) != 1 or row["Choice"] not in tuple("ABCD") or row["Image_Question"]:
        return None
    lines = text[starts[0].end():].split("\n")
    firsts = [n for n, line in enumerate(lines) if _OPTION.match(line)]
    if len(firsts) != 4 or firsts != list(range(firsts[0], firsts[0] + 4)) or any(
            line.strip() for line in lines[firsts[3] + 1:]):
        return None
    matches = [_OPTION.match(line) for line in lines[firsts[0]:]]
    options = [_markup(match[2]) for match in matches if match]
    stem = _markup(" ".join(" ".join(lines[:firsts[0]]).split()))
    letters = "".join(match[1] for match in matches if match)
    if letters != "ABCD" or not stem or stem[0] in ").:" or not all(options) or len(set(options)) < 4:
        return None
    if any(_BAD.search(each) or each.count("$") % 2 or re.search(r"\s[A-D]\.\s", each) for each in (stem, *options)):
        return None
    return Question("choice", stem, options, ["ABCD".index(row["Choice"])])


def _markup(text: str) -> str:
    """The data set's own markup as ours: underlined parts, chemistry in dollars, bare commands as formulas."""
    text = re.sub(r"\\underline\s*\{([^{}]*)\}", r"[u]\1[/u]", text)
    text = re.sub(r"\$([^$]*)\$", lambda m: "$" + _PLAIN_BRACES.sub(r"\\mathrm{\1}", m[1]).replace("_\\mathrm", "_")
                  + "$", text)
    if "\\" in text and "$" not in text:
        text = re.sub(r"(\S*\\[a-z]+(?:\{[^{}]*\})*\S*)", r"$\1$", text)
    return " ".join(text.split())
