"""The first schema."""

from alembic import op

from bot.storage.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """TEMPORARY while the first schema is being written."""
    metadata.create_all(op.get_bind())
