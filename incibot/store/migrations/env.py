"""How alembic reaches the database: over the connection that `migrations.upgrade` hands it."""

from __future__ import annotations

from alembic import context

from incibot.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    transaction_per_migration=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
