"""The clock engine: events, regime and calendar make every deadline: who owes what, its state, and how it came about.

Pure: nothing is read, kept or sent, and today is an argument. Start reading at `computing`; `explaining` puts what it
gives into words, `changes` compares two calendars or rules over many cases.
"""
