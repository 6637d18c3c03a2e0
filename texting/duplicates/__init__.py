"""Contacts that are probably the same person: finding pairs, dismissing them, merging two, and undoing that.

`states` are plain values; `finding` lists, `choosing` says what a merged contact could have, `merging` does it and
undoes it. What a merge is: docs/decisions/0375.
"""
