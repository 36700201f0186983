"""Rooms are set up in the chat: the rooms, and those that somebody is setting up."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _create("rooms", sa.Column("revision", sa.Integer, nullable=False))
    _create("room_drafts", sa.Column("step", sa.String, nullable=False))


def _create(name: str, own: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("guild", sa.String, nullable=False),
        sa.Column("choices", sa.JSON, nullable=False),
        own,
        sa.Column("changed_by", sa.String, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform", "channel"),
    )
