"""The disclosure catalogue: its items, their import and export, and the words by which they are found.

Start reading with `item`. What keeps and searches them is `knowledge.store`.
"""
