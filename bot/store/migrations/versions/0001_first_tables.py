"""The first schema: events and which source showed them, deliveries, reports, questions, and the room's messages."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_WHEN = sa.DateTime(timezone=True)
_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # SQLite counts up only an INTEGER PRIMARY KEY


def upgrade() -> None:
    _create_events()
    _create_deliveries()
    _create_reports_and_questions()
    _create_room_messages()


def _create_events() -> None:
    op.create_table(
        "sources",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("query", sa.String, nullable=False),
        sa.Column("first_seen_at", _WHEN),
        sa.Column("seen_at", _WHEN),
        sa.Column("covered_until", _WHEN),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("started_at", _WHEN),
        sa.Column("ended_at", _WHEN),
        sa.Column("ends_at", _WHEN),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("accepted", sa.Integer),
        sa.Column("waiting", sa.Integer),
        sa.Column("limit", sa.Integer),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("group", sa.Text, nullable=False),
        sa.Column("published_at", _WHEN),
        sa.Column("updated_at", _WHEN),
        sa.Column("postponed_from", _WHEN),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("searched", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_events_ends_at", "events", ["ends_at"])
    op.create_index("ix_events_started_at", "events", ["started_at"])
    op.create_table(
        "sightings",
        sa.Column("source", sa.String, nullable=False),
        sa.Column("event_id", sa.BigInteger, nullable=False),
        sa.Column("missed", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source"], ["sources.name"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source", "event_id"),
    )
    op.create_index("ix_sightings_event_id", "sightings", ["event_id"])


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("occasion", sa.String, nullable=False),
        sa.Column("destination", sa.String, nullable=False),
        sa.Column("due_at", _WHEN, nullable=False),
        sa.Column("useful_until", _WHEN),
        sa.Column("event_id", sa.BigInteger),
        sa.Column("facts", sa.JSON),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("claimed_until", _WHEN),
        sa.Column("first_tried_at", _WHEN),
        sa.Column("sent_at", _WHEN),
        sa.Column("external_id", sa.String),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "subject", "occasion", "destination"),
    )
    op.create_index("ix_deliveries_event_id", "deliveries", ["event_id"])
    op.create_index("ix_deliveries_state_due_at", "deliveries", ["state", "due_at"])


def _create_reports_and_questions() -> None:
    op.create_table(
        "reports",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("published_at", _WHEN),
        sa.Column("first_seen_at", _WHEN),
        sa.Column("event_id", sa.BigInteger),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("certainty", sa.Float, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("candidates", sa.JSON, nullable=False),
        sa.Column("is_old", sa.Boolean, nullable=False),
        sa.Column("asked_as", sa.String),
        sa.Column("decided_by", sa.String),
        sa.Column("sketch", sa.JSON, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_reports_event_id", "reports", ["event_id"])
    op.create_table(
        "questions",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("asked_at", _WHEN, nullable=False),
        sa.Column("answer", sa.String),
        sa.Column("answered_by", sa.String),
        sa.Column("answered_at", _WHEN),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "subject"),
    )


def _create_room_messages() -> None:
    op.create_table(
        "room_messages",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("bot", sa.Integer, nullable=False),
        sa.Column("at", _WHEN, nullable=False),
        sa.Column("message", sa.JSON, nullable=False),
        sa.Column("key", sa.String),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
