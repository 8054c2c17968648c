"""Alembic's environment: the connection comes from custody.infra.migrate, never from a file."""

from __future__ import annotations

from alembic import context

from custody.infra.db import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
