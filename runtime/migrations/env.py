"""What Alembic runs: it is handed an open connection by `runtime.migrating`, and knows every table of ours."""

from typing import Any, Literal

from alembic import context

import casework.store.columns
import knowledge.store.columns
from runtime.migrating import TABLES, is_ours

INSTANTS = (casework.store.columns.Instant, knowledge.store.columns.Instant)
IDS = (casework.store.columns.Id, knowledge.store.columns.Id)


def render(kind: str, thing: Any, _autogen: Any) -> str | Literal[False]:
    """Write plain types into migrations: ours may change their meaning later, history may not."""
    if kind != "type":
        return False
    if isinstance(thing, INSTANTS):
        return "sa.DateTime(timezone=True)"
    return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")' if any(thing is one for one in IDS) else False


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
