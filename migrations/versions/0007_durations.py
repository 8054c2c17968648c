"""How long a milestone takes: three durations of a template's item, empty in what is there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COLUMNS = ("days_low", "days_likely", "days_high")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("template_item", sa.Column(name, sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("template_item", name)
