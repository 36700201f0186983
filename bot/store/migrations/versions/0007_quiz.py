"""The quiz: what is asked of whom until it expires, and the week's board of those who want to stand on it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "quizzes",
        sa.Column("address", sa.String, nullable=False),
        sa.Column("room", sa.String, nullable=False),
        sa.Column("guild", sa.String, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("token", sa.String, nullable=False, unique=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("streak", sa.Integer, nullable=False),
        sa.Column("is_over", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("address", "room"),
    )
    op.create_index("ix_quizzes_expires_at", "quizzes", ["expires_at"])
    op.create_table(
        "quiz_players",
        sa.Column("address", sa.String, nullable=False),
        sa.Column("space", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("address", "space"),
    )
    op.create_table(
        "quiz_scores",
        sa.Column("address", sa.String, nullable=False),
        sa.Column("space", sa.String, nullable=False),
        sa.Column("week", sa.Date, nullable=False),
        sa.Column("stars", sa.Integer, nullable=False),
        sa.Column("right", sa.Integer, nullable=False),
        sa.Column("streak", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("address", "space", "week"),
        sa.ForeignKeyConstraint(
            ["address", "space"], ["quiz_players.address", "quiz_players.space"], ondelete="CASCADE"
        ),
    )
