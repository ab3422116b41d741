"""The database's shape and its history, on Alembic; sees the tables of all floors, and none of the job runner's."""
