"""Contacts for whom several things hold at once: what can be asked, who may ask it, and finding them.

`conditions` are plain values, `asking` says what a member may ask and in which words a page says it, `looking` finds.
Values are sealed under each contact's key, so they are opened and compared, in batches: docs/decisions/0354.
"""
