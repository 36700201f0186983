"""Members choose for which of their communities they ask in direct messages."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("members", sa.Column("community", sa.String, nullable=False, server_default=""))
