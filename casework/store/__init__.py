"""Everything casework keeps, in SQLite or PostgreSQL: the only SQLAlchemy of this package.

Only `runtime` (and tests) may import it. Start with `tables` and `units_of_work`; `open_store` is the front door.
"""

from casework.store.opening import SqlStore, open_store
from casework.store.tables import metadata
from casework.store.units_of_work import SqlUnitOfWork

__all__ = ["SqlStore", "SqlUnitOfWork", "metadata", "open_store"]
