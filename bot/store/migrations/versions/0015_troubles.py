"""A room that takes nothing rests as a whole, and a message has one edit, however often it changes."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0011"

_deliveries = sa.table(
    "deliveries", *(sa.column(name) for name in ("id", "kind", "subject", "occasion", "destination", "state"))
)


def upgrade() -> None:
    op.create_table(
        "troubles",
        sa.Column("room", sa.String, primary_key=True),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refusals", sa.Integer, nullable=False),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_deliveries_destination_state", "deliveries", ["destination", "state"])
    _keep_one_edit_of_each_message()


def _keep_one_edit_of_each_message() -> None:
    """Keep the newest that is still to be done; the last word of its occasion said which of many it was."""
    rows, connection = _deliveries.c, op.get_bind()
    query = sa.select(_deliveries).where(rows.kind == "edit").order_by(rows.id)
    newest = {}
    for row in connection.execute(query).mappings():
        if row["state"] in ("planned", "claimed"):
            message = row["occasion"].rpartition(" ")[0]
            newest[row["subject"], message, row["destination"]] = row["id"]
    connection.execute(sa.delete(_deliveries).where(rows.kind == "edit", rows.id.not_in(list(newest.values()))))
    for (_, message, _), number in newest.items():
        connection.execute(sa.update(_deliveries).where(rows.id == number).values(occasion=f"{message} now"))
