"""What a non-routine adjustment was reckoned with, and why it was withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NEW = {
    "rate": sa.Numeric(18, 4),
    "trigger": sa.Numeric(6, 2),
    "withdrawn_because": sa.Text(),
}


def upgrade() -> None:
    for name, kind in NEW.items():
        op.add_column("baseline_adjustment", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name in NEW:
        op.drop_column("baseline_adjustment", name)
