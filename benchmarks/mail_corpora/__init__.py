"""How well mails of other projects' test suites are read: the share of their expectations that we meet, by source.

They are read from a folder beside the checkout and are no part of the product; `make corpora` says so when it is not
there.
"""
