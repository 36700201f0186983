"""Messages of the room are edited, events have pictures, and stand in the calendars that platforms have."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("events", sa.Column("image_url", sa.Text, nullable=False, server_default=""))
    op.add_column("room_messages", sa.Column("revision", sa.Integer))
    op.create_index("ix_room_messages_revision", "room_messages", ["revision"])
    op.create_table(
        "mirrored_events",
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("space", sa.String, nullable=False),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("external_id", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("platform", "space", "event_id"),
    )
