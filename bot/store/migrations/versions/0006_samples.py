"""Members teach the recogniser: who agreed that samples are kept, the samples, and where they were exported to."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_row_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("address", sa.String, nullable=False),
        sa.Column("given", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wording", sa.Integer, nullable=False),
        sa.Column("alias", sa.String),
        sa.PrimaryKeyConstraint("address"),
        sa.UniqueConstraint("alias"),
    )
    op.create_table(
        "samples",
        sa.Column("id", _row_id, primary_key=True),
        sa.Column("owner", sa.String, sa.ForeignKey("consents.address", ondelete="CASCADE"), nullable=False),
        sa.Column("space", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("png", sa.LargeBinary, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("said", sa.String, nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("is_sure", sa.Boolean, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("opinion", sa.String, nullable=False),
        sa.Column("reviewer", sa.String, nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("owner", "digest"),
    )
    op.create_index("ix_samples_space", "samples", ["space"])
    op.create_table(
        "sample_exports",
        sa.Column("id", _row_id, primary_key=True),
        sa.Column("folder", sa.Text),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("writers", sa.JSON, nullable=False),
    )
