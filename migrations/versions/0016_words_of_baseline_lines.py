"""Why a meter's method was chosen, in the officer's words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("baseline_line", sa.Column("words", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("baseline_line", "words")
