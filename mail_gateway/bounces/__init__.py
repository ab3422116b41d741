"""Notices that a mail did not arrive. Start at `failures.failures_of`; rules and reading call it.

Every reader here is general: it knows how such notices are built, not which program wrote one.
"""
