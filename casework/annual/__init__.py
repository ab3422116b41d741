"""The annual report on government information disclosure: counted from the ledger, refused while it does not balance.

Everything here is pure: entries and the bureau's own figures go in, tables and findings come out. `casework.papers`
makes files of them.
"""
