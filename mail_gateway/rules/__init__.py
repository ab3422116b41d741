"""One rule, one file: `check` says why it applies to a letter, or None. What then happens is the chain's table."""
