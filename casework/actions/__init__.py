"""How things are done: functions that take a command or a case and a unit of work, and write events as they go.

Each runs inside the caller's transaction and commits nothing itself. Every change of a case goes through here.
"""
