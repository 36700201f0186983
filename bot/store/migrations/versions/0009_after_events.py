"""What was shown at an event is posted once, and organisers hear of an outage once: both must be remembered."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "materials",
        sa.Column("event_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.add_column("sources", sa.Column("failed_at", sa.DateTime(timezone=True)))
    op.add_column("sources", sa.Column("failing_since", sa.DateTime(timezone=True)))
