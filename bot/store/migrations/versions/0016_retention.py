"""What is kept has an end: rows remember when they were last of use, and the store which servers the bot left.

What is there counts as seen on the day of the upgrade.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_DAYS, _MOMENTS = ("sightings", "quiz_players"), {"reports": "seen_at", "members": "used_at"}


def upgrade() -> None:
    now = datetime.now(UTC)
    for table in _DAYS:
        op.add_column(table, sa.Column("seen_on", sa.Date))
        op.execute(sa.update(sa.table(table, sa.column("seen_on", sa.Date))).values(seen_on=now.date()))
    for table, name in _MOMENTS.items():
        op.add_column(table, sa.Column(name, sa.DateTime(timezone=True)))
        column = sa.column(name, sa.DateTime(timezone=True))
        op.execute(sa.update(sa.table(table, column)).values({name: now}))
    op.create_table(
        "left_servers",
        sa.Column("platform", sa.String, primary_key=True),
        sa.Column("server", sa.String, primary_key=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    )
