"""Organisers retract and repeat messages, which leaves a trace; members have a language and quiet hours."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "interventions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("delivery_id", sa.BigInteger, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("member", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_interventions_delivery_id", "interventions", ["delivery_id"])
    op.add_column("members", sa.Column("locale", sa.String, nullable=False, server_default=""))
    op.add_column("members", sa.Column("quiet", sa.JSON))
