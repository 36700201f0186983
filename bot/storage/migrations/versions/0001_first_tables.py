"""The first schema: events and their sources, deliveries, reports, questions, and the room's messages."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_WHEN = sa.DateTime(timezone=True)
_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _events()
    _deliveries()
    _reports_and_questions()
    op.create_table(
        "room_messages",
        sa.Column("id", _ROW_ID, primary_key=True),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("bot", sa.Integer, nullable=False),
        sa.Column("at", _WHEN, nullable=False),
        sa.Column("message", sa.JSON, nullable=False),
        sa.Column("key", sa.String, unique=True),
    )
