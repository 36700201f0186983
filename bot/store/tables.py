"""Every table. Times are aware UTC in Python; SQLite keeps them without zone."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, always UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


_RowId = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only an INTEGER PRIMARY KEY

metadata = MetaData()

sources = Table(
    "sources",
    metadata,
    Column("name", String, primary_key=True),
    Column("query", String, nullable=False),
    Column("first_seen_at", UtcDateTime),
    Column("seen_at", UtcDateTime),
    Column("covered_until", UtcDateTime),
    Column("error", Text),
    Column("failed_at", UtcDateTime),  # the last poll, where that failed
    Column("failing_since", UtcDateTime),
)

events = Table(
    "events",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("started_at", UtcDateTime, index=True),
    Column("ended_at", UtcDateTime),
    Column("ends_at", UtcDateTime, index=True),  # the assumed end where none is given
    Column("place", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("accepted", Integer),
    Column("waiting", Integer),
    Column("limit", Integer),
    Column("status", String, nullable=False),
    Column("group", Text, nullable=False),
    Column("published_at", UtcDateTime),
    Column("updated_at", UtcDateTime),
    Column("postponed_from", UtcDateTime),
    Column("revision", Integer, nullable=False),
    Column("image_url", Text, nullable=False, server_default=""),
    Column("searched", Text, nullable=False),  # title, place, address and group, folded
)

event_numbers = Table(
    "event_numbers",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # in its series, as the title names it
    Column("event_id", BigInteger, ForeignKey("events.id", ondelete="CASCADE"), primary_key=True, index=True),
)

sightings = Table(
    "sightings",
    metadata,
    Column("source", String, ForeignKey("sources.name", ondelete="CASCADE"), primary_key=True),
    Column("event_id", BigInteger, ForeignKey("events.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("missed", Integer, nullable=False),
    Column("seen_on", Date),  # the last day on which the source showed it
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("occasion", String, nullable=False),
    Column("destination", String, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("useful_until", UtcDateTime),
    Column("event_id", BigInteger, index=True),
    Column("facts", JSON),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claimed_until", UtcDateTime),
    Column("first_tried_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("external_id", String),
    Column("reason", Text),
    UniqueConstraint("kind", "subject", "occasion", "destination"),
    Index("ix_deliveries_state_due_at", "state", "due_at"),
    Index("ix_deliveries_destination_state", "destination", "state"),
)

troubles = Table(
    "troubles",
    metadata,
    Column("room", String, primary_key=True),  # a destination
    Column("problem", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("refusals", Integer, nullable=False),
    Column("again_at", UtcDateTime, nullable=False),
)

interventions = Table(
    "interventions",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("delivery_id", BigInteger, nullable=False, index=True),
    Column("action", String, nullable=False),
    Column("member", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("published_at", UtcDateTime),
    Column("first_seen_at", UtcDateTime),
    Column("event_id", BigInteger, index=True),
    Column("state", String, nullable=False),
    Column("certainty", Float, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("candidates", JSON, nullable=False),
    Column("is_old", Boolean, nullable=False),
    Column("asked_as", String),
    Column("decided_by", String),
    Column("sketch", JSON, nullable=False),
    Column("digest", String, nullable=False),
    Column("seen_at", UtcDateTime),  # on its site, to the day
)

materials = Table(
    "materials",
    metadata,
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("looked_at", UtcDateTime, nullable=False),
    Column("found", JSON, nullable=False),  # title, address and speaker of each
)

questions = Table(
    "questions",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("options", JSON, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("answer", String),
    Column("answered_by", String),
    Column("answered_at", UtcDateTime),
    UniqueConstraint("kind", "subject"),
)

room_messages = Table(
    "room_messages",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("channel", String, nullable=False),
    Column("author", String, nullable=False),
    Column("bot", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("message", JSON, nullable=False),
    Column("key", String, unique=True),
    Column("revision", Integer, index=True),  # counts the room's edits up; null where there was none
)

mirrored_events = Table(
    "mirrored_events",
    metadata,
    Column("platform", String, primary_key=True),
    Column("space", String, primary_key=True),  # a server that has a calendar of its own
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    Column("external_id", String, nullable=False),
    Column("state", String, nullable=False),
    Column("digest", String, nullable=False),  # of what was shown last
)

memory = Table(
    "memory",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)

heard = Table(
    "heard",
    metadata,
    Column("key", String, primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
)

rooms = Table(
    "rooms",
    metadata,
    Column("platform", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("guild", String, nullable=False),
    Column("choices", JSON, nullable=False),
    Column("revision", Integer, nullable=False),  # counts the changes, so that other processes see them
    Column("changed_by", String, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

room_drafts = Table(
    "room_drafts",
    metadata,
    Column("platform", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("guild", String, nullable=False),
    Column("choices", JSON, nullable=False),
    Column("step", String, nullable=False),
    Column("changed_by", String, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String, primary_key=True),  # of the secret that lets somebody into the console
    Column("platform", String, nullable=False),
    Column("tenant", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("member", String, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("channels", JSON, nullable=False),
    Column("is_link", Boolean, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

members = Table(
    "members",
    metadata,
    Column("address", String, primary_key=True),  # a destination such as discord:@77
    Column("lead_times", JSON),  # seconds; none: everybody's
    Column("is_closed", Boolean, nullable=False),
    Column("locale", String, nullable=False, server_default=""),  # empty: the room's
    Column("quiet", JSON),  # begin, end and zone; none: no quiet hours
    Column("community", String, nullable=False, server_default=""),  # asked for in direct messages; empty: not chosen
    Column("used_at", UtcDateTime),  # when they last asked anything, to the month
)

personal_reminders = Table(
    "personal_reminders",
    metadata,
    Column("address", String, primary_key=True),
    Column("event_id", BigInteger, ForeignKey("events.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("lead_times", JSON, nullable=False),  # seconds
    Column("locale", String, nullable=False),
    Column("starts_at", UtcDateTime),  # as its member knows it
    Column("takes_place", Boolean, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("address", String, primary_key=True),
    Column("given", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("wording", Integer, nullable=False),
    Column("alias", String, unique=True),  # none without consent
)

samples = Table(
    "samples",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("owner", String, ForeignKey("consents.address", ondelete="CASCADE"), nullable=False),
    Column("space", String, nullable=False, index=True),
    Column("digest", String, nullable=False),  # of the picture
    Column("png", LargeBinary, nullable=False),
    Column("label", String, nullable=False),
    Column("source", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("model", String, nullable=False),
    Column("said", String, nullable=False),
    Column("share", Float, nullable=False),
    Column("is_sure", Boolean, nullable=False),
    Column("state", String, nullable=False),
    Column("opinion", String, nullable=False),
    Column("reviewer", String, nullable=False),
    Column("reviewed_at", UtcDateTime),
    UniqueConstraint("owner", "digest"),
)

sample_exports = Table(
    "sample_exports",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("folder", Text),  # none: an archive that somebody downloaded
    Column("at", UtcDateTime, nullable=False),
    Column("writers", JSON, nullable=False),  # the aliases in it
)

quizzes = Table(
    "quizzes",
    metadata,
    Column("address", String, primary_key=True),  # a destination such as discord:@77
    Column("room", String, primary_key=True),
    Column("guild", String, nullable=False),
    Column("label", String, nullable=False),
    Column("token", String, nullable=False, unique=True),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("tries", Integer, nullable=False),
    Column("streak", Integer, nullable=False),
    Column("is_over", Boolean, nullable=False),
)

quiz_players = Table(
    "quiz_players",
    metadata,
    Column("address", String, primary_key=True),
    Column("space", String, primary_key=True),
    Column("name", String, nullable=False),  # their own; empty: as the platform names them
    Column("seen_on", Date),  # joined, or the week in which they last scored
)

quiz_scores = Table(
    "quiz_scores",
    metadata,
    Column("address", String, primary_key=True),
    Column("space", String, primary_key=True),
    Column("week", Date, primary_key=True),  # the Monday on which it began
    Column("stars", Integer, nullable=False),
    Column("right", Integer, nullable=False),
    Column("streak", Integer, nullable=False),
    ForeignKeyConstraint(["address", "space"], ["quiz_players.address", "quiz_players.space"], ondelete="CASCADE"),
)

left_servers = Table(
    "left_servers",
    metadata,
    Column("platform", String, primary_key=True),
    Column("server", String, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
)
