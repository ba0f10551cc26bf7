"""What kind a shared text is, so that a plan can ask for one to listen to; the bank of a shared text is a bank.

Revision 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BANK_KEY = "fk_stimulus_bank_id_bank"


def upgrade() -> None:
    """Kinds are read off what each text says now; no text of a secure bank could be written before."""
    with op.batch_alter_table("stimulus") as batch:
        batch.add_column(sa.Column("kind", sa.Text(), nullable=False, server_default="text"))
        batch.create_check_constraint(op.f("ck_stimulus_kind"), "kind IN ('text', 'audio')")
        batch.create_foreign_key(op.f(BANK_KEY), "bank", ["bank_id"], ["id"])
    _tell_recordings()
    with op.batch_alter_table("stimulus") as batch:
        batch.alter_column("kind", server_default=None, existing_type=sa.Text(), existing_nullable=False)


def downgrade() -> None:
    """The texts stay."""
    with op.batch_alter_table("stimulus") as batch:
        batch.drop_constraint(op.f(BANK_KEY), type_="foreignkey")
        batch.drop_constraint(op.f("ck_stimulus_kind"), type_="check")
        batch.drop_column("kind")


def _tell_recordings() -> None:
    stimulus = sa.table("stimulus", sa.column("id", sa.Uuid()), sa.column("current_version_id", sa.Uuid()),
                        sa.column("kind", sa.Text()))
    version = sa.table("stimulus_version", sa.column("id", sa.Uuid()), sa.column("content", sa.JSON()))
    rows = op.get_bind().execute(sa.select(stimulus.c.id, version.c.content)
                                 .join(version, version.c.id == stimulus.c.current_version_id)).all()
    recordings = [{"row": row.id} for row in rows if (row.content or {}).get("audio")]
    if recordings:
        op.get_bind().execute(
            stimulus.update().where(stimulus.c.id == sa.bindparam("row")).values(kind="audio"), recordings)
