"""`!report 4` looks an event up by its number, where it read every event before."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0016"

_KANJI = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_NUMBER = re.compile(
    r"(?<![\w&/#])#\s?(\d{1,3})(?![\d月日])"
    r"|第\s*(\d{1,3}|[一二三四五六七八九十]{1,3})\s*回"
    r"|(?<![a-z])(?:vol|no|volume)\s*[.．]?\s*(\d{1,3})(?!\d)"
)
_events = sa.table("events", sa.column("id", sa.BigInteger), sa.column("title", sa.Text))


def upgrade() -> None:
    numbers = op.create_table(
        "event_numbers",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger, sa.ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
        sa.PrimaryKeyConstraint("number", "event_id"),
    )
    op.create_index("ix_event_numbers_event_id", "event_numbers", ["event_id"])
    rows = op.get_bind().execute(sa.select(_events)).all()
    named = [{"number": number, "event_id": row.id} for row in rows for number in _numbers_in(row.title)]
    if named:
        op.bulk_insert(numbers, named)


def _numbers_in(title: str) -> set[int]:
    """Return the numbers of a series in a title, as titles were read in December 2026."""
    folded = re.sub(r"https?://[^\s<>「」（）]+", " ", unicodedata.normalize("NFKC", title).casefold())
    return {_value(next(group for group in found.groups() if group)) for found in _NUMBER.finditer(folded)}


def _value(written: str) -> int:
    if written.isdigit():
        return int(written)
    tens, ten, ones = written.rpartition("十")
    return (_KANJI.get(tens, 1) * 10 if ten else 0) + _KANJI.get(ones, 0)
