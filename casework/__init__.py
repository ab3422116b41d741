"""Parties, messages, cases and the clocks of the law: what the whole house is about.

Every floor above may import this package, never `casework.store`, which only `runtime` chooses. Start reading with
`message`, `case` and `ports`; how things are done is in `actions`.
"""
