"""Permissions that people gave elsewhere, from a CSV file: read, looked at, answered for by a person, written down.

`reading` and `columns` are plain values: bytes to rows, headings to meanings. `starting` holds what a member does,
`working` what the worker does in batches, each of them one transaction. What a row says is checked twice: when it is
looked at, and when it is written down, since customers opt out in between.
"""
