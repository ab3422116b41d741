"""Everything knowledge keeps, in SQLite or PostgreSQL: the only SQLAlchemy of this package.

Only `runtime` (and tests) may import it. It works on the connection of the caller's unit of work, so that what is
published and what casework notes about it are committed together.
"""

from knowledge.store.catalogue import SqlCatalogue
from knowledge.store.catalogue_imports import SqlImports
from knowledge.store.indexed_revisions import IndexedRevisions
from knowledge.store.sql_revisions import SqlRevisions
from knowledge.store.tables import metadata

__all__ = ["IndexedRevisions", "SqlCatalogue", "SqlImports", "SqlRevisions", "metadata"]
