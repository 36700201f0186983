"""Organisers log in to a console on the web page: by a link that works once, then by a session."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("tenant", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("member", sa.String, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("channels", sa.JSON, nullable=False),
        sa.Column("is_link", sa.Boolean, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
