"""A large Moodle XML file with pictures into a real database: read, cleaned, checked, kept, in chunks.

`bin/bench import [--quick] [--questions N] [--profile]`. The last line is JSON: questions per second of the whole way,
the peak of this process's memory, and beside it the time of bare lxml over the same file (`parse_s`): their ratio
says what everything else costs. Beside them the way of the import page (`staged_per_second`, `staged_peak_mb`, in a
process of its own): the file read into rows that its owner can look at, then taken from there. The file is made from
a seed by another process. With LMS_DATABASE_URL set, the database is that one, which must be empty, and the way of the
page is left out; else a new SQLite file.
"""

import argparse
import json
import multiprocessing
import os
import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, cast

from lxml import etree

from bench.question_file import write_file

CHUNK = 500


def main() -> None:
    """Make the file, parse it bare, import it, tell."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--quick", action="store_true")
    reader.add_argument("--questions", type=int, default=10_000)
    reader.add_argument("--profile", action="store_true")
    given = reader.parse_args()
    count = min(given.questions, 2_000) if given.quick else given.questions
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "questions.xml"
        maker = multiprocessing.get_context("spawn").Process(target=write_file, args=(path, count))
        maker.start()
        maker.join()
        parse_s = bare_parse(path)
        told = _profiled(path, Path(folder)) if given.profile else run(path, Path(folder))
        if "LMS_DATABASE_URL" not in os.environ:
            told |= in_a_process(run_staged, path, Path(folder) / "staged")
    assert told["imported"] == count, f"{told['imported']} of {count} came into the bank"
    print(f"{count} questions with {told['pictures']} pictures: {told['seconds']:.2f} s, bare lxml {parse_s:.2f} s")
    print(json.dumps({
        "questions": count, **told, "seconds": round(told["seconds"], 3), "per_second": round(count / told["seconds"]),
        "parse_s": round(parse_s, 3), "ratio": round(told["seconds"] / parse_s, 1),
        "peak_mb": peak_mb()}))


def bare_parse(path: Path) -> float:
    """Seconds of lxml alone: every element seen once and forgotten."""
    begun = time.perf_counter()
    with path.open("rb") as stream:
        for _event, element in etree.iterparse(stream, events=("end",), tag="question", huge_tree=True):
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return time.perf_counter() - begun


def run(path: Path, folder: Path) -> dict[str, Any]:
    """Import the file into a fresh platform; seconds, questions and pictures."""
    settings = prepared(folder)
    with small_app(settings).app_context():
        from lms.core.db import db

        importer = Importer(*teacher_and_subject())
        before_mb = peak_mb()
        begun, cpu = time.perf_counter(), time.process_time()
        with path.open("rb") as stream:
            importer.take(path.name, stream)
        seconds, cpu_s = time.perf_counter() - begun, time.process_time() - cpu
        db.session.remove()
    return {"seconds": seconds, "cpu_s": round(cpu_s, 3), "imported": importer.imported, "pictures": importer.pictures,
            "refused": importer.refused, "bytes": path.stat().st_size, "before_mb": before_mb}


def run_staged(path: Path, folder: Path) -> dict[str, Any]:
    """The same by the jobs behind the import page; what it took as `staged_per_second` and `staged_peak_mb`."""
    with small_app(prepared(folder)).app_context():
        from assessment.interchange import services
        from lms.core.db import db
        from lms.core.jobs import RunningJob

        teacher, subject_id = teacher_and_subject()
        begun, job = time.perf_counter(), cast(RunningJob, Unwatched())
        with path.open("rb") as stream:
            batch_id = services.stage_import(teacher, file_name=path.name, stream=stream,
                                             place=services.ImportPlace(subject_id)).id
        db.session.commit()
        services.read_in_steps(job, batch_id, "vi")
        services.confirm_import(teacher, batch_id)
        db.session.commit()
        services.take_in_steps(job, batch_id, "vi")
        imported = services.get_import(teacher, batch_id).imported
        return {"staged_per_second": round(imported / (time.perf_counter() - begun)), "staged_peak_mb": peak_mb()}


class Unwatched:
    """A running job whose progress nobody looks at."""

    def progress(self, share: float, note: object) -> None:
        """Tell nobody."""


def in_a_process(work: Any, *arguments: Any) -> dict[str, Any]:
    """What `work` gives in a fresh process, whose memory is its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        told: dict[str, Any] = pool.submit(work, *arguments).result()
        return told


def teacher_and_subject() -> tuple[Any, Any]:
    """A teacher as an actor, and the id of a subject; the storage is made ready."""
    from lms.core.db import transaction
    from lms.core.permissions import Actor, Position
    from lms.core.storage import storage
    from tests.factories.curriculum import make_subject
    from tests.factories.identity import make_person
    from tests.factories.organisations import make_school

    storage().prepare("http://localhost")
    with transaction():
        school = make_school()
        person = make_person("teacher", organisation=school)
        teacher = Actor(person.id, person.name, positions=frozenset({Position("teacher", school.id)}))
        return teacher, make_subject().id


def prepared(folder: Path) -> Any:
    """Settings of a fresh platform whose tables another process has made."""
    from lms.core.config import read_settings

    settings = read_settings(None, data_folder=folder / "data", log_level="ERROR")
    maker = multiprocessing.get_context("spawn").Process(target=make_tables, args=(settings,))
    maker.start()
    maker.join()
    return settings


def make_tables(settings: Any) -> None:
    """Migrate the whole platform's database."""
    from flask_migrate import upgrade

    from lms.app import create_app

    with create_app(settings).app_context():
        upgrade()


def small_app(settings: Any) -> Any:
    """An application with database, storage and languages, and of the rooms only those that an import asks for."""
    from flask import Flask

    from lms.core import db, i18n, storage

    app = Flask("bench", static_folder=None)
    app.extensions |= {"lms.settings": settings, "lms.wake": lambda: None}
    db.init_app(app, settings)
    i18n.init_app(app, Path(__file__).parents[1])
    storage.init_app(app, settings)
    return app


def peak_mb() -> int:
    """The most memory that this process had so far."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


class Importer:
    """Reads a file and writes it into the bank, a chunk in memory at a time."""

    def __init__(self, actor: Any, subject_id: Any) -> None:
        from assessment.bank import media, services
        from assessment.interchange import questions, reading
        from assessment.interchange.services import links
        from lms.curriculum import services as curriculum

        self.bank, self.keep_media, self.links = services, media.keep_many_media, links
        self.curriculum, self.read, self.question = curriculum, reading.read_question_file, questions.ParsedQuestion
        self.actor, self.subject_id = actor, subject_id
        self.imported = self.pictures = self.refused = 0
        self.media = questions.MediaInMemory()
        self.topics: dict[str, Any] = {"": None}
        self.chunk: list[Any] = []

    def take(self, name: str, stream: Any) -> None:
        """All of it."""
        for each in self.read(name, stream, self.media):
            if isinstance(each, self.question) and each.is_good:
                self.chunk.append(each)
            else:
                self.refused += 1
                print(each)
            if len(self.chunk) >= CHUNK:
                self.write()
        self.write()

    def write(self) -> None:
        """What was read so far, in one transaction, its pictures first."""
        from lms.core.db import transaction

        if not self.chunk:
            return
        kept = self.keep_media(self.actor, list(self.media.files.values()))
        sources = {name.removeprefix("media:"): each.src for name, each in zip(self.media.files, kept, strict=True)}
        self.pictures += len(sources)
        with transaction():
            for name in {each.category for each in self.chunk} - self.topics.keys():
                self.topics[name] = self.curriculum.find_or_add_topic(self.subject_id, name, None).id
            drafts = [self._draft(each, sources) for each in self.chunk]
            self.imported += len(self.bank.create_items(self.actor, drafts))
        self.media.files.clear()
        self.chunk.clear()

    def _draft(self, question: Any, sources: dict[str, str]) -> Any:
        content, key = self.links.linked([question.content, question.key], sources)
        return self.bank.ItemDraft(question.type, content, key, self.subject_id, "know",
                                   topic_id=self.topics[question.category], state="ready",
                                   body=self.links.cleaned_body(question.type, content, key))


def _profiled(path: Path, folder: Path) -> dict[str, Any]:
    import cProfile
    import pstats

    with cProfile.Profile() as profile:
        told = run(path, folder)
    pstats.Stats(profile).sort_stats("cumulative").print_stats(60)
    pstats.Stats(profile).sort_stats("tottime").print_stats(30)
    return told


if __name__ == "__main__":
    main()
