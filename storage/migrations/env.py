"""How Alembic meets the database: on the connection and in the transaction that `storage.migrate` opened."""

from alembic import context

from storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
    transactional_ddl=True,  # SQLite too, once its driver does not interfere (storage.databases.engines)
    transaction_per_migration=False,
)
# the transaction is the caller's: Alembic sees it open and leaves it open
context.run_migrations()
