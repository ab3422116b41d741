"""The conversation with one citizen over chat or mail: what is understood, what is said, and what is asked of casework.

Start reading with `engine` (pure), then `desk` (its shell). Only `runtime` may choose `store`; `channels` translate.
"""
