"""Exams of every level: rooms, seats, accommodations, the ledger of deadlines, incidents, evidence, receipts, appeals.

Revision 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
EXAM_CHECKS = {
    "level": "level in ('practice', 'class_test', 'school', 'department', 'national')",
    "attempts_allowed": "attempts_allowed between 1 and 100",
}
DEFAULTS = {
    "exam": (("review", sa.Text(), "key"), ("level", sa.Text(), "class_test"), ("attempts_allowed", sa.Integer(), "1"),
             ("late_policy", sa.Text(), "outage"), ("sections", JSON, "[]"), ("tools", JSON, "[]"),
             ("integrity", JSON, "{}"), ("dry_run", JSON, "{}")),
    "sitting": (("name", sa.Text(), ""), ("start_by", sa.Text(), "clock")),
}
APPROVERS = ("proposed_by_id", "approved_by_id")


def upgrade() -> None:
    """Exams that there are go on as class tests of one attempt, begun by the clock, that show the key when closed."""
    _create_feature_switch()
    _create_deadline_adjustment()
    _create_exam_room()
    _create_room_invigilator()
    _create_room_outage()
    _create_room_root()
    _create_accommodation()
    _create_exam_incident()
    _create_room_message()
    _create_appeal()
    _create_attempt_evidence()
    _create_submission_receipt()
    for table, columns in DEFAULTS.items():
        with op.batch_alter_table(table) as batch:
            for name, type_, default in columns:
                batch.add_column(sa.Column(name, type_, nullable=False, server_default=default))
    _change_exam()
    _change_sitting_and_candidate()
    for table, columns in DEFAULTS.items():
        with op.batch_alter_table(table) as batch:
            for name, type_, _default in columns:
                batch.alter_column(name, server_default=None, existing_type=type_, existing_nullable=False)


def downgrade() -> None:
    """Exams that wait for approval are drafts again; what only the new tables held is gone."""
    _restore_candidate_and_sitting()
    _restore_exam()
    for name in ("submission_receipt", "attempt_evidence", "appeal", "room_message", "exam_incident",
                 "accommodation", "room_root", "room_outage", "room_invigilator", "exam_room", "deadline_adjustment",
                 "feature_switch"):
        op.drop_table(name)


def _change_exam() -> None:
    with op.batch_alter_table("exam") as batch:
        batch.add_column(sa.Column("release_at", sa.DateTime(timezone=True), nullable=True))
        for name in APPROVERS:
            batch.add_column(sa.Column(name, sa.Uuid(), nullable=True))
            batch.create_foreign_key(op.f(f"fk_exam_{name}_person"), "person", [name], ["id"])
        for name, check in EXAM_CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_exam_{name}"), check)
        batch.drop_constraint(op.f("ck_exam_state"), type_="check")
        batch.create_check_constraint(op.f("ck_exam_state"), "state in ('draft', 'proposed', 'published', 'closed')")


def _restore_exam() -> None:
    op.execute("UPDATE exam SET state = 'draft' WHERE state = 'proposed'")
    op.execute("UPDATE exam SET release = 'never' WHERE release IN ('at_once', 'at_time')")
    with op.batch_alter_table("exam") as batch:
        batch.drop_constraint(op.f("ck_exam_state"), type_="check")
        batch.create_check_constraint(op.f("ck_exam_state"), "state in ('draft', 'published', 'closed')")
        for name in EXAM_CHECKS:
            batch.drop_constraint(op.f(f"ck_exam_{name}"), type_="check")
        for name in APPROVERS:
            batch.drop_constraint(op.f(f"fk_exam_{name}_person"), type_="foreignkey")
            batch.drop_column(name)
        for name in ("release_at", *(name for name, _type, _default in DEFAULTS["exam"])):
            batch.drop_column(name)


def _change_sitting_and_candidate() -> None:
    with op.batch_alter_table("sitting") as batch:
        batch.add_column(sa.Column("register_until", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("places", sa.Integer(), nullable=True))
        batch.create_check_constraint(op.f("ck_sitting_start_by"), "start_by in ('clock', 'invigilator')")
    with op.batch_alter_table("candidate") as batch:
        batch.add_column(sa.Column("room_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("seat", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_candidate_room_id_exam_room"), "exam_room", ["room_id"], ["id"])
        batch.create_unique_constraint(op.f("uq_candidate_room_id_seat"), ["room_id", "seat"])
        batch.create_index(op.f("ix_candidate_room_id"), ["room_id"])


def _restore_candidate_and_sitting() -> None:
    with op.batch_alter_table("candidate") as batch:
        batch.drop_index(op.f("ix_candidate_room_id"))
        batch.drop_constraint(op.f("uq_candidate_room_id_seat"), type_="unique")
        batch.drop_constraint(op.f("fk_candidate_room_id_exam_room"), type_="foreignkey")
        batch.drop_column("seat")
        batch.drop_column("room_id")
    with op.batch_alter_table("sitting") as batch:
        batch.drop_constraint(op.f("ck_sitting_start_by"), type_="check")
        for name in ("places", "register_until", *(name for name, _type, _default in DEFAULTS["sitting"])):
            batch.drop_column(name)


def _create_feature_switch() -> None:
    op.create_table(
        "feature_switch",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_feature_switch")),
    )


def _create_deadline_adjustment() -> None:
    op.create_table(
        "deadline_adjustment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("scope in ('attempt', 'room', 'sitting')", name=op.f("ck_deadline_adjustment_scope")),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_deadline_adjustment_actor_id_person")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_deadline_adjustment_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_adjustment")),
    )
    op.create_index(op.f("ix_deadline_adjustment_scope_id"), "deadline_adjustment", ["scope_id"], unique=False)
    op.create_index(op.f("ix_deadline_adjustment_sitting_id"), "deadline_adjustment", ["sitting_id"], unique=False)


def _create_exam_room() -> None:
    op.create_table(
        "exam_room",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("start_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("addresses", JSON, nullable=False),
        sa.CheckConstraint("state in ('waiting', 'open', 'paused', 'ended')", name=op.f("ck_exam_room_state")),
        sa.CheckConstraint("seats between 1 and 1000", name=op.f("ck_exam_room_seats")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_exam_room_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_exam_room_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_room")),
        sa.UniqueConstraint("sitting_id", "name", name=op.f("uq_exam_room_sitting_id_name")),
    )
    op.create_index(op.f("ix_exam_room_organisation_id"), "exam_room", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_exam_room_sitting_id"), "exam_room", ["sitting_id"], unique=False)


def _create_room_invigilator() -> None:
    op.create_table(
        "room_invigilator",
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_room_invigilator_person_id_person")),
        sa.ForeignKeyConstraint(["room_id"], ["exam_room.id"], name=op.f("fk_room_invigilator_room_id_exam_room")),
        sa.PrimaryKeyConstraint("room_id", "person_id", name=op.f("pk_room_invigilator")),
    )
    op.create_index(op.f("ix_room_invigilator_person_id"), "room_invigilator", ["person_id"], unique=False)


def _create_room_outage() -> None:
    op.create_table(
        "room_outage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_room_outage_actor_id_person")),
        sa.ForeignKeyConstraint(["room_id"], ["exam_room.id"], name=op.f("fk_room_outage_room_id_exam_room")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_room_outage_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_outage")),
    )
    op.create_index(op.f("ix_room_outage_room_id"), "room_outage", ["room_id"], unique=False)
    op.create_index(op.f("ix_room_outage_sitting_id"), "room_outage", ["sitting_id"], unique=False)


def _create_room_root() -> None:
    op.create_table(
        "room_root",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("leaves", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["exam_room.id"], name=op.f("fk_room_root_room_id_exam_room")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_room_root_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_root")),
        sa.UniqueConstraint("sitting_id", "room_id", name=op.f("uq_room_root_sitting_id_room_id")),
    )
    op.create_index(op.f("ix_room_root_room_id"), "room_root", ["room_id"], unique=False)


def _create_accommodation() -> None:
    op.create_table(
        "accommodation",
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("extra_minutes", sa.Integer(), nullable=False),
        sa.Column("break_minutes", sa.Integer(), nullable=False),
        sa.Column("large_print", sa.Boolean(), nullable=False),
        sa.Column("reader", sa.Boolean(), nullable=False),
        sa.Column("separate_room", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by_id", sa.Uuid(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name=op.f("fk_accommodation_candidate_id_candidate")),
        sa.ForeignKeyConstraint(["granted_by_id"], ["person.id"], name=op.f("fk_accommodation_granted_by_id_person")),
        sa.PrimaryKeyConstraint("candidate_id", name=op.f("pk_accommodation")),
    )


def _create_exam_incident() -> None:
    op.create_table(
        "exam_incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("candidate_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_exam_incident_actor_id_person")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name=op.f("fk_exam_incident_candidate_id_candidate")),
        sa.ForeignKeyConstraint(["room_id"], ["exam_room.id"], name=op.f("fk_exam_incident_room_id_exam_room")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_exam_incident_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_incident")),
    )
    op.create_index(op.f("ix_exam_incident_candidate_id"), "exam_incident", ["candidate_id"], unique=False)
    op.create_index(op.f("ix_exam_incident_room_id"), "exam_incident", ["room_id"], unique=False)
    op.create_index(op.f("ix_exam_incident_sitting_id"), "exam_incident", ["sitting_id"], unique=False)


def _create_room_message() -> None:
    op.create_table(
        "room_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("candidate_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_room_message_actor_id_person")),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name=op.f("fk_room_message_candidate_id_candidate")),
        sa.ForeignKeyConstraint(["room_id"], ["exam_room.id"], name=op.f("fk_room_message_room_id_exam_room")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_room_message_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_message")),
    )
    op.create_index(op.f("ix_room_message_candidate_id"), "room_message", ["candidate_id"], unique=False)
    op.create_index("ix_room_message_room", "room_message", ["room_id", "created_at"], unique=False)
    op.create_index(op.f("ix_room_message_sitting_id"), "room_message", ["sitting_id"], unique=False)


def _create_appeal() -> None:
    op.create_table(
        "appeal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("exam_id", sa.Uuid(), nullable=False),
        sa.Column("form_item_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('open', 'upheld', 'rejected')", name=op.f("ck_appeal_state")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_appeal_answered_by_id_person")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_appeal_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["exam_id"], ["exam.id"], name=op.f("fk_appeal_exam_id_exam")),
        sa.ForeignKeyConstraint(["form_item_id"], ["form_item.id"], name=op.f("fk_appeal_form_item_id_form_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("attempt_id", "form_item_id", name=op.f("uq_appeal_attempt_id_form_item_id")),
    )
    op.create_index(op.f("ix_appeal_exam_id"), "appeal", ["exam_id"], unique=False)


def _create_attempt_evidence() -> None:
    op.create_table(
        "attempt_evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_evidence_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_attempt_evidence_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_evidence")),
    )
    op.create_index("ix_attempt_evidence_attempt", "attempt_evidence", ["attempt_id", "created_at"], unique=False)
    op.create_index(op.f("ix_attempt_evidence_sitting_id"), "attempt_evidence", ["sitting_id"], unique=False)


def _create_submission_receipt() -> None:
    op.create_table(
        "submission_receipt",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_submission_receipt_attempt_id_attempt")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_submission_receipt_sitting_id_sitting")),
        sa.ForeignKeyConstraint(["room_id"], ["exam_room.id"], name=op.f("fk_submission_receipt_room_id_exam_room")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_submission_receipt")),
    )
    op.create_index(op.f("ix_submission_receipt_sitting_id"), "submission_receipt", ["sitting_id"], unique=False)
    op.create_index(op.f("ix_submission_receipt_room_id"), "submission_receipt", ["room_id"], unique=False)
