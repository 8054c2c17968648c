"""What a reminder names: a later thing of the same day is told by itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("about", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("message", "about")
