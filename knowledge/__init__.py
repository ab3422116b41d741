"""What the bureau has published, and how to find the entry that answers a question.

The doors and `runtime` may call this package; it knows nothing of casework. Start reading with `procedure` (what an
entry says), then `library` (how a bundle's files become entries), `retrieval` (a question in, a finding out) and `card`
(the answer as text).
"""
