"""Members ask to be reminded themselves: which events, how long before, and what they want in general."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "members",
        sa.Column("address", sa.String, nullable=False),
        sa.Column("lead_times", sa.JSON),
        sa.Column("is_closed", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("address"),
    )
    op.create_table(
        "personal_reminders",
        sa.Column("address", sa.String, nullable=False),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("lead_times", sa.JSON, nullable=False),
        sa.Column("locale", sa.String, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True)),
        sa.Column("takes_place", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("address", "event_id"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_personal_reminders_event_id", "personal_reminders", ["event_id"])
