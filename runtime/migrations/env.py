"""What Alembic runs: it is handed an open connection by `runtime.migrating`, and knows every table of ours."""

from alembic import context

from runtime.migrating import TABLES, is_ours

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=list(TABLES),
    render_as_batch=True,
    include_object=is_ours,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
