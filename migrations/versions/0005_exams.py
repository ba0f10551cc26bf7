"""Forms, exams, sittings, attempts, marks, analyses, and the event log.

Revision 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = [
    "exam",
    "exam_transition",
    "score_table",
    "analysis_run",
    "form",
    "sitting",
    "candidate",
    "attempt",
    "form_item",
    "attempt_result",
    "item_mark",
]


def upgrade() -> None:
    """Make the tables, those that others refer to first."""
    _create_exam()
    _create_exam_transition()
    _create_score_table()
    _create_analysis_run()
    _create_form()
    _create_sitting()
    _create_candidate()
    _create_attempt()
    _create_form_item()
    _create_attempt_result()
    _create_item_mark()
    _create_event_log()


def downgrade() -> None:
    """Drop them, in the opposite order."""
    _drop_event_log()
    for name in reversed(TABLES):
        op.drop_table(name)


def _create_exam() -> None:
    op.create_table(
        "exam",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("time_limit_minutes", sa.Integer(), nullable=False),
        sa.Column("shuffle", sa.Boolean(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("draw_rows", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("state in ('draft', 'published', 'closed')", name=op.f("ck_exam_state")),
        sa.CheckConstraint("time_limit_minutes between 1 and 600", name=op.f("ck_exam_time_limit")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_exam_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_exam_owner_id_person")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_exam_subject_id_subject")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam")),
    )
    op.create_index(op.f("ix_exam_organisation_id"), "exam", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_exam_owner_id"), "exam", ["owner_id"], unique=False)
    op.create_index(op.f("ix_exam_subject_id"), "exam", ["subject_id"], unique=False)


def _create_exam_transition() -> None:
    op.create_table(
        "exam_transition",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_exam_transition_actor_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_transition")),
    )
    op.create_index("ix_exam_transition_subject", "exam_transition", ["subject_kind", "subject_id"], unique=False)


def _create_score_table() -> None:
    op.create_table(
        "score_table",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_score_table_created_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_table")),
        sa.UniqueConstraint("code", "number", name=op.f("uq_score_table_code_number")),
    )


def _create_analysis_run() -> None:
    op.create_table(
        "analysis_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("exam_id", sa.Uuid(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("results", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("input_digest", sa.Text(), nullable=False),
        sa.Column("software", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_analysis_run_exam_id_exam")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analysis_run")),
    )
    op.create_index("ix_analysis_run_newest", "analysis_run", ["exam_id", "created_at"], unique=False)


def _create_form() -> None:
    op.create_table(
        "form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("exam_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_form_exam_id_exam")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form")),
        sa.UniqueConstraint("exam_id", "code", name=op.f("uq_form_exam_id_code")),
    )


def _create_sitting() -> None:
    op.create_table(
        "sitting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("exam_id", sa.Uuid(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_sitting_window")),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_sitting_exam_id_exam")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting")),
    )
    op.create_index(op.f("ix_sitting_closes_at"), "sitting", ["closes_at"], unique=False)
    op.create_index(op.f("ix_sitting_exam_id"), "sitting", ["exam_id"], unique=False)


def _create_candidate() -> None:
    op.create_table(
        "candidate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["class_id"], ["organisation.id"], name=op.f("fk_candidate_class_id_organisation")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_candidate_person_id_person")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_candidate_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate")),
        sa.UniqueConstraint("sitting_id", "number", name=op.f("uq_candidate_sitting_id_number")),
        sa.UniqueConstraint("sitting_id", "person_id", name=op.f("uq_candidate_sitting_id_person_id")),
    )
    op.create_index(op.f("ix_candidate_person_id"), "candidate", ["person_id"], unique=False)


def _create_attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("exam_id", sa.Uuid(), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.CheckConstraint("state in ('ready', 'in_progress', 'submitted')", name=op.f("ck_attempt_state")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name=op.f("fk_attempt_candidate_id_candidate")),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_attempt_exam_id_exam")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_attempt_form_id_form")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attempt_person_id_person")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_attempt_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("candidate_id", "number", name=op.f("uq_attempt_candidate_id_number")),
    )
    op.create_index("ix_attempt_due", "attempt", ["state", "deadline"], unique=False)
    op.create_index(op.f("ix_attempt_exam_id"), "attempt", ["exam_id"], unique=False)
    op.create_index(op.f("ix_attempt_person_id"), "attempt", ["person_id"], unique=False)
    op.create_index(op.f("ix_attempt_sitting_id"), "attempt", ["sitting_id"], unique=False)


def _create_form_item() -> None:
    op.create_table(
        "form_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("item_version_id", sa.Uuid(), nullable=False),
        sa.Column("option_order", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("points", sa.Numeric(precision=6, scale=3), nullable=False),
        sa.Column("score_table_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_form_item_form_id_form")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_form_item_item_id_item")),
        sa.ForeignKeyConstraint(
            ["item_version_id"], ["item_version.id"], name=op.f("fk_form_item_item_version_id_item_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_item")),
        sa.UniqueConstraint("form_id", "position", name=op.f("uq_form_item_form_id_position")),
    )
    op.create_index(op.f("ix_form_item_item_id"), "form_item", ["item_id"], unique=False)


def _create_attempt_result() -> None:
    op.create_table(
        "attempt_result",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("exam_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("maximum", sa.BigInteger(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("partial", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("omitted", sa.Integer(), nullable=False),
        sa.Column("score_tables", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_result_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_attempt_result_exam_id_exam")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_attempt_result")),
    )
    op.create_index("ix_attempt_result_ranking", "attempt_result", ["exam_id", "points"], unique=False)


def _create_item_mark() -> None:
    op.create_table(
        "item_mark",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("form_item_id", sa.Uuid(), nullable=False),
        sa.Column("item_version_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("correct_fraction", sa.Double(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("state in ('right', 'partial', 'wrong', 'omitted')", name=op.f("ck_item_mark_state")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_item_mark_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["form_item_id"], ["form_item.id"], name=op.f("fk_item_mark_form_item_id_form_item")),
        sa.ForeignKeyConstraint(
            ["item_version_id"], ["item_version.id"], name=op.f("fk_item_mark_item_version_id_item_version")
        ),
        sa.PrimaryKeyConstraint("attempt_id", "form_item_id", name=op.f("pk_item_mark")),
    )
    op.create_index(op.f("ix_item_mark_item_version_id"), "item_mark", ["item_version_id"], unique=False)


def _create_event_log() -> None:
    """On PostgreSQL the exam's event log lives here; on the embedded size it makes its own file."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.create_table(
        "attempt_head",
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed", sa.Text(), nullable=False),
        sa.CheckConstraint("closed in ('open', 'submitted', 'time_up')", name=op.f("ck_attempt_head_closed")),
        sa.PrimaryKeyConstraint("sitting_id", "attempt_id", name=op.f("pk_attempt_head")),
    )
    op.create_table(
        "exam_event",
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("client_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("kind in ('started', 'answer', 'submit', 'auto_submit')", name=op.f("ck_exam_event_kind")),
        sa.PrimaryKeyConstraint("sitting_id", "attempt_id", "seq", name=op.f("pk_exam_event")),
    )


def _drop_event_log() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_table("exam_event")
        op.drop_table("attempt_head")
