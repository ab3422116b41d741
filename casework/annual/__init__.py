"""The annual report on government information disclosure: counted from the ledger, and refused while it does not add up.

Everything here is pure: entries and the bureau's own figures go in, tables and findings come out. `casework.papers`
makes files of them.
"""
