"""How well Word papers are read: papers made in many ways of writing, read back, and judged by the rule of grading.

`bin/bench word [--questions FOLDER] [--seed N] [--ways TEXT] [--keep FOLDER] [--show N]`. FOLDER holds the VNHSGE
questions as JSON; without it only own texts are used. The reader was tuned with seeds 1 to 8 and 11 to 15, and with
nothing of seeds 2027 and 90417. The last line is JSON: shares found, right and equal, flagged, and how many questions
were silently wrong.
"""

import argparse
import json
import time
from io import BytesIO
from pathlib import Path

from assessment.interchange.questions import MediaInMemory
from assessment.interchange.word.reader import read as read_word
from bench.word_papers.grading import Grade, grade
from bench.word_papers.papers import papers
from bench.word_papers.vnhsge import load
from bench.word_papers.ways import WAYS


def main() -> None:
    """Make, read, judge, tell."""
    given = _arguments()
    outside = load(given.questions) if given.questions else None
    ways = tuple(way for way in WAYS if given.ways in way.name)
    by_way: dict[str, Grade] = {}
    seconds, count = 0.0, 0
    for paper in papers(given.seed, outside, ways):
        count += 1
        if given.keep:
            given.keep.mkdir(parents=True, exist_ok=True)
            (given.keep / f"{count:02}.docx").write_bytes(paper.data)
        start = time.perf_counter()
        read = list(read_word(BytesIO(paper.data), MediaInMemory()))
        seconds += time.perf_counter() - start
        judged = grade(paper.questions, read)
        for line in judged.wrong[:given.show]:
            print(f"  {count:02} {paper.name}: {line}")
        by_way.setdefault(paper.way, Grade()).add(judged)
    _tell(by_way, given.seed, count, seconds)


def _arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser()
    reader.add_argument("--questions", type=Path)
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--ways", default="", help="only the ways whose name holds this")
    reader.add_argument("--keep", type=Path, help="where to put the papers")
    reader.add_argument("--show", type=int, default=0, help="how many silently wrong questions of a paper to show")
    reader.add_argument("--quick", action="store_true", help="as without: it takes seconds")
    return reader.parse_args()


def _tell(by_way: dict[str, Grade], seed: int, count: int, seconds: float) -> None:
    total = Grade()
    print(f"{'way of writing':48} questions  found  options  keys  formulas  flagged  silently wrong")
    for name, made in by_way.items():
        total.add(made)
        print(f"{name:48} {made.questions:9} {_share(made.found, made.questions):>6} "
              f"{_share(made.options, made.questions):>8} {_share(made.keys, made.questions):>5} "
              f"{_share(made.formulas_right, made.formulas):>9} {made.flagged:8} {made.silent:15}")
    print(json.dumps({
        "papers": count, "seed": seed, "questions": total.questions,
        "found": _part(total.found, total.questions), "options_and_keys": _part(total.both, total.questions),
        "formulas": _part(total.formulas_right, total.formulas), "formulas_seen": total.formulas,
        "flagged": total.flagged, "flagged_though_right": total.flagged_right, "silently_wrong": total.silent,
        "papers_per_second": round(count / seconds, 1)}))


def _part(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "-"


if __name__ == "__main__":
    main()
