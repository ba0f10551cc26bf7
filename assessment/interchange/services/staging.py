"""Reading an uploaded file into rows, one question at a time: memory stays flat whatever the file holds."""

import io
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import IO, Any, BinaryIO, cast
from uuid import UUID

from flask_babel import force_locale
from sqlalchemy import delete, insert, or_, select

from assessment.bank.media_bytes import judge
from assessment.bank.sealing import open_bytes, seal_bytes, seal_row, stored_values
from assessment.interchange.models import ImportBatch, ImportMedium, ImportQuestion, ImportStimulus
from assessment.interchange.questions import (
    MEDIA,
    FileProblem,
    Parsed,
    ParsedQuestion,
    ParsedStimulus,
    Refused,
    media_src,
)
from assessment.interchange.reading import Reader, find_reader, read_question_file
from assessment.interchange.services.places import (
    AT_ONCE_BYTES,
    KEPT,
    LARGEST_FILE,
    LARGEST_SEALED,
    ImportPlace,
    is_secure,
    load_batch,
)
from assessment.interchange.services.twins import TwinsInBank, TwinsInFile
from lms.core import clock
from lms.core.db import db, outside_transaction, transaction
from lms.core.errors import Invalid, TooLarge
from lms.core.i18n import _, _l, current_locale
from lms.core.ids import new_id
from lms.core.jobs import RunningJob, enqueue
from lms.core.permissions import Actor, authorize
from lms.core.storage import storage
from lms.core.switches import require_feature

CHUNK, PUTS_AT_ONCE = 200, 8
MOST_PROBLEMS = 200
MOST_MEDIA_BYTES, MOST_MEDIA = 1024**3, 20_000
MOST_WAITING_BYTES = 32 * 1024**2
Tell = Callable[[int], None]


def stage_import(actor: Actor, *, file_name: str, stream: IO[bytes], place: ImportPlace) -> ImportBatch:
    """Read a file and keep what was found until its owner decides; raises TooLarge, never for its content.

    A small file is read at once, a large one by a job: its batch is in the state `reading` until then. The
    transaction that this is called in ends, for a file takes its time.
    """
    authorize(actor, "import:stage")
    require_feature("exchange")
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    secure = is_secure(place)
    most = LARGEST_SEALED if secure else LARGEST_FILE
    if size > most:
        raise TooLarge(_("A question file has at most %(n)s MB. Please split it.", n=most // 1000**2))
    batch = ImportBatch(id=new_id(), owner_id=actor.id, file_name=plain_name(file_name), format="",
                        place=place.as_json(), expires_at=clock.now() + KEPT)
    db.session.add(batch)
    batch_id = batch.id
    outside_transaction()
    if size <= AT_ONCE_BYTES:
        read_into_rows(batch_id, cast(BinaryIO, stream), lambda _count: None)
    else:
        kept = io.BytesIO(seal_bytes(stream.read(), file_key(batch_id))) if secure else stream
        storage().put(file_key(batch_id), kept, "application/octet-stream")
        enqueue("assessment.read_import", priority=20, owner=actor.person_id, subject=("import_batch", batch_id),
                batch_id=str(batch_id), locale=current_locale())
    return load_batch(batch_id)


def read_in_steps(job: RunningJob, batch_id: UUID, locale: str) -> None:
    """The job of a large file. It can run twice: what a broken-off try had read is read again."""
    with transaction():
        if load_batch(batch_id).state != "reading":
            return
    with force_locale(locale), _uploaded(batch_id) as stream:
        note = _l("Questions are being read")
        read_into_rows(batch_id, stream, lambda count: job.progress(min(0.95, count / (count + 2000)), note))
    storage().delete(file_key(batch_id))


@contextmanager
def _uploaded(batch_id: UUID) -> Iterator[BinaryIO]:
    """The file as it was sent; one for a secure bank, which is small, opened in memory."""
    key = file_key(batch_id)
    with storage().local_path(key) as path, path.open("rb") as stream:
        if is_secure(ImportPlace.from_json(load_batch(batch_id).place)):
            yield io.BytesIO(open_bytes(stream.read(), key))
        else:
            yield stream


def read_into_rows(batch_id: UUID, stream: BinaryIO, tell: Tell) -> None:
    """Read the file into rows of the batch; only the last step makes it one that can be imported."""
    with transaction():
        for model in (ImportQuestion, ImportStimulus, ImportMedium):
            db.session.execute(delete(model).where(model.batch_id == batch_id))
        batch = load_batch(batch_id)
        file_name, secure = batch.file_name, is_secure(ImportPlace.from_json(batch.place))
    reader = find_reader(stream)
    staging = _Staging(batch_id, StagingMedia(batch_id, secure=secure), secure=secure)
    likeness = TwinsInBank(batch_id)
    for parsed in read_question_file(file_name, stream, staging.media):
        staging.take(parsed)
        if len(staging.questions) >= CHUNK:
            likeness.mark(staging.questions)
            staging.write()
            tell(staging.count)
    likeness.mark(staging.questions)
    staging.write()
    with transaction():
        batch = load_batch(batch_id, to_change=True)
        batch.format = reader.code if isinstance(reader, Reader) else ""
        batch.problems, batch.state = staging.problems, "staged"
        if staging.secure:
            seal_row(batch)
        batch.expires_at = clock.now() + KEPT


class StagingMedia:
    """Keeps the pictures and sounds of a file in the storage, each once, judged as the bank would.

    The storage is slow and the reader does not wait for it, but `settle` does, before a row says what is there.
    """

    def __init__(self, batch_id: UUID, *, secure: bool) -> None:
        self.batch_id, self.secure = batch_id, secure
        self.rows: list[dict[str, Any]] = []
        self.known: set[str] = set()
        self.bytes = 0
        self._pool = ThreadPoolExecutor(PUTS_AT_ONCE)
        self._puts: list[Future[int]] = []
        self._waiting = 0

    def keep(self, name: str, data: bytes) -> str:
        """Take a file; raises Refused with the reason."""
        src = media_src(data)
        sha256 = src.removeprefix("media:")
        if sha256 in self.known:
            return src
        if self.bytes + len(data) > MOST_MEDIA_BYTES or len(self.known) >= MOST_MEDIA:
            raise Refused(_("the pictures and sounds of this file are too many; please split it"))
        try:
            judged = judge(name, data)
        except Invalid as error:
            raise Refused(error.message) from None
        key = f"imports/{self.batch_id}/{sha256}"
        kept = seal_bytes(judged.data, key) if self.secure else judged.data
        if self._waiting > MOST_WAITING_BYTES:
            self.settle()
        self._puts.append(self._pool.submit(storage().put, key, io.BytesIO(kept), judged.content_type))
        self._waiting += len(kept)
        self.known.add(sha256)
        self.bytes += len(data)
        self.rows.append({"batch_id": self.batch_id, "sha256": sha256, "name": plain_name(name),
                          "content_type": judged.content_type, "storage_key": key, "src": ""})
        return src

    def settle(self) -> None:
        """Wait until all of it is in the storage; raises what went wrong there."""
        for put in self._puts:
            put.result()
        self._puts.clear()
        self._waiting = 0


class _Staging:
    """What was read and is not yet written, at most a chunk of it."""

    def __init__(self, batch_id: UUID, media: StagingMedia, *, secure: bool) -> None:
        self.batch_id, self.media, self.secure = batch_id, media, secure
        self.questions: list[dict[str, Any]] = []
        self.stimuli: list[dict[str, Any]] = []
        self.refs: set[str] = set()
        self.problems: list[dict[str, Any]] = []
        self.twins = TwinsInFile()
        self.count = 0

    def take(self, parsed: Parsed) -> None:
        if isinstance(parsed, ParsedQuestion):
            self.count += 1
            self.questions.append(self._question(parsed))
        elif isinstance(parsed, ParsedStimulus):
            self._take_stimulus(parsed)
        else:
            self._take_problem(parsed)

    def write(self) -> None:
        rows = ((ImportMedium, "sha256", self.media.rows), (ImportStimulus, "ref", self.stimuli),
                (ImportQuestion, "number", self.questions))
        self.media.settle()
        with transaction():
            for model, name, values in rows:
                if values:
                    db.session.execute(insert(model), [self._stored(model, name, each) for each in values])
        for _model, _name, values in rows:
            values.clear()

    def _stored(self, model: Any, name: str, values: dict[str, Any]) -> dict[str, Any]:
        return stored_values(model, f"{self.batch_id}:{values[name]}", values, secure=self.secure)

    def _question(self, parsed: ParsedQuestion) -> dict[str, Any]:
        problems = [{"where": "", "message": message} for message in parsed.problems]
        if parsed.stimulus is not None and parsed.stimulus not in self.refs:
            problems.append({"where": "", "message": _("the text that this question belongs to was not found")})
        if set(MEDIA.findall(str(parsed.content) + str(parsed.key))) - self.media.known:
            problems.append({"where": "", "message": _("a picture of this question was not found in the file")})
        unsure = [{"where": each.where, "message": each.message} for each in parsed.unsure]
        twins = self.twins.find(self.count, parsed.content)
        data = {"type": parsed.type, "content": parsed.content, "key": parsed.key, "name": parsed.name,
                "category": parsed.category, "source_type": parsed.source_type, "metadata": parsed.metadata}
        return {"batch_id": self.batch_id, "number": self.count, "position": parsed.where, "data": data,
                "state": "refused" if problems else "unsure" if unsure else "good", "problems": problems,
                "unsure": unsure, "notes": list(parsed.notes), "source": parsed.source, "twins": twins,
                "has_twins": bool(twins), "stimulus": parsed.stimulus if parsed.stimulus in self.refs else None}

    def _take_stimulus(self, parsed: ParsedStimulus) -> None:
        if parsed.ref in self.refs:
            return
        for message in parsed.problems:
            self._add_problem(f"{parsed.position or _('line %(line)s', line=parsed.line)}, {parsed.title}", message)
        self.refs.add(parsed.ref)
        self.stimuli.append({"batch_id": self.batch_id, "ref": parsed.ref, "number": len(self.refs),
                             "title": parsed.title, "content": parsed.content, "problems": list(parsed.problems)})

    def _take_problem(self, parsed: FileProblem) -> None:
        line = _("line %(line)s", line=parsed.line) if parsed.line else ""
        self._add_problem(parsed.position or line, parsed.message)

    def _add_problem(self, where: str, message: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append({"where": where, "message": message})


def forget_old_imports() -> None:
    """Remove staged files whose days are over, with their pictures; what was imported loses its staging only."""
    still_staged = select(ImportQuestion.number).where(ImportQuestion.batch_id == ImportBatch.id).exists()
    with transaction():
        old = list(db.session.scalars(select(ImportBatch.id).where(
            ImportBatch.expires_at < clock.now(), ImportBatch.state != "importing",
            or_(ImportBatch.state != "imported", still_staged)).limit(500)))
    for batch_id in old:
        for key in list(storage().list(f"imports/{batch_id}/")):
            storage().delete(key)
        with transaction():
            for model in (ImportQuestion, ImportStimulus, ImportMedium):
                db.session.execute(delete(model).where(model.batch_id == batch_id))
            db.session.execute(delete(ImportBatch).where(
                ImportBatch.id == batch_id, ImportBatch.state.in_(("reading", "staged", "undone"))))


def file_key(batch_id: UUID) -> str:
    """Where an uploaded file waits for its job."""
    return f"imports/{batch_id}/file"


def plain_name(file_name: str) -> str:
    """The last part of the name, printable, at most 120 characters."""
    last = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable())[-120:] or "?"
