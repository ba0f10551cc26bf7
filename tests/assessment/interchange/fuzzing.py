"""Damaged question files: cut at every place, changed at some; the readers report, and never break.

By hand over a folder, with a line for each file and the faults last::

    .venv/bin/python -m tests.assessment.interchange.fuzzing FOLDER [seed]
"""

import io
import logging
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from assessment.bank.content import read_body
from assessment.interchange.questions import FileProblem, MediaInMemory, ParsedQuestion, ParsedStimulus
from assessment.interchange.reading import read_question_file

WHOLE_BELOW, PLACES = 2048, 200
SLOW_SECONDS = 5.0
HOSTILE = (b"<script>alert(1)</script>", b"\0", b"\xff\xfe", b"&nbsp;", b"]]>",
           b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///x'>]>", b"{", b"}", b"=",
           b"<", b">", b"\"", b"\\(", b"\n::", "ử".encode(), b"-1e999", b"A" * 5000)


@dataclass
class Verdict:
    """What came of reading a file's damaged forms."""

    reads: int = 0
    questions: int = 0
    faults: list[str] = field(default_factory=list)


class Net(logging.Handler):
    """Hears the readers' last net: what is caught there is no crash for a person, and a fault all the same."""

    def __init__(self) -> None:
        super().__init__()
        self.caught: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the exception's text."""
        error = record.exc_info[1] if record.exc_info else None
        trace = error.__traceback__ if error else None
        while trace and trace.tb_next:
            trace = trace.tb_next
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
        self.caught.append(f"{type(error).__name__}: {error} at {place}")


def cuts(data: bytes, random: Random, most: int = PLACES) -> Iterator[tuple[str, bytes]]:
    """The file cut at every byte when it is small, else at `most` seeded places."""
    whole = len(data) < (WHOLE_BELOW if most >= PLACES else most)
    places = range(len(data)) if whole else sorted(random.sample(range(len(data)), min(most, len(data))))
    for place in places:
        yield f"cut at {place}", data[:place]


def changes(data: bytes, random: Random, count: int) -> Iterator[tuple[str, bytes]]:
    """The file with bytes changed, taken out, doubled, or something hostile put in."""
    for _each in range(count if data else 0):
        place, length = random.randrange(len(data)), random.randint(1, 40)
        act = random.choice(("flip", "drop", "double", "hostile"))
        piece = {"flip": bytes(random.randrange(256) for _byte in range(length)), "drop": b"",
                 "double": data[place:place + length] * 2, "hostile": random.choice(HOSTILE)}[act]
        end = place if act == "hostile" else place + length
        yield f"{act} at {place}", data[:place] + piece + data[end:]


def read_damaged(name: str, forms: Iterator[tuple[str, bytes]]) -> Verdict:
    """Read every form; a fault names the form and what was wrong."""
    verdict, net = Verdict(), Net()
    logger = logging.getLogger("assessment.interchange.reading")
    before, logger.propagate = logger.propagate, False
    logger.addHandler(net)
    try:
        for what, data in forms:
            verdict.reads += 1
            started = time.monotonic()
            fault = _fault_of(name, data, verdict)
            took = time.monotonic() - started
            if not fault and took > SLOW_SECONDS:
                fault = f"took {took:.1f} s"
            fault = fault or "; ".join(net.caught)
            net.caught.clear()
            if fault:
                verdict.faults.append(f"{name}, {what}: {fault}")
    finally:
        logger.removeHandler(net)
        logger.propagate = before
    return verdict


def _fault_of(name: str, data: bytes, verdict: Verdict) -> str:
    count = 0
    try:
        for each in read_question_file(name, io.BytesIO(data), MediaInMemory()):
            count += 1
            if isinstance(each, ParsedQuestion):
                verdict.questions += 1
                fault = _fault_of_question(each)
            else:
                fault = "" if isinstance(each, FileProblem | ParsedStimulus) else f"yielded {type(each).__name__}"
            if fault:
                return fault
    except Exception as error:
        return f"raised {type(error).__name__}: {error}"
    return "" if count else "nothing was said"


def _fault_of_question(question: ParsedQuestion) -> str:
    """What the report would need: a place, and either a reason or a question that the bank takes."""
    if not question.where:
        return "a question without a place"
    if question.problems:
        return "" if all(question.problems) else "a refusal without a reason"
    _body, problems = read_body(question.type, question.content, question.key, staged=True)
    return f"good, but the bank says {problems[0].message}" if problems else ""


def main(folder: Path, seed: int) -> int:
    """Every file of a folder; how many faults were found."""
    from lms.app import create_app

    total, faults = 0, 0
    with create_app().test_request_context():
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            data, random = path.read_bytes(), Random(f"{seed}/{path.name}")
            verdict = read_damaged(path.name, cuts(data, random))
            changed = read_damaged(path.name, changes(data, random, 20))
            total += verdict.reads + changed.reads
            faults += len(verdict.faults) + len(changed.faults)
            print(f"{path.name}: {verdict.reads} cuts, {changed.reads} changes, "
                  f"{len(verdict.faults) + len(changed.faults)} faults", flush=True)
            for fault in [*verdict.faults, *changed.faults][:5]:
                print(f"  {fault[:300]}", flush=True)
    print(f"{total} reads, {faults} faults")
    return faults


if __name__ == "__main__":
    sys.exit(min(1, main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)))
