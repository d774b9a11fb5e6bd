"""Entries to a README: the way back from the hub.

`collecting` takes a person's entries, in the order they keep, as records; `writing` makes Markdown
of records, without Django.
"""
