"""What Alembic runs: it is handed an open connection by `runtime.migrating`, and knows every table of ours."""

from typing import Any, Literal

from alembic import context

from casework.store.columns import Id, Instant
from runtime.migrating import TABLES, is_ours


def render(kind: str, thing: Any, _autogen: Any) -> str | Literal[False]:
    """Write plain types into migrations: ours may change their meaning later, history may not."""
    if kind != "type":
        return False
    if isinstance(thing, Instant):
        return "sa.DateTime(timezone=True)"
    return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")' if thing is Id else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=list(TABLES),
    render_as_batch=True,
    include_object=is_ours,
    render_item=render,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
