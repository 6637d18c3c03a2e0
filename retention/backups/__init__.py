"""Copies of both databases: made, kept, tried, put back.

A backup is two folders with the same name, one for the main database and one for that of the wrapped keys, because
their lives differ: the keys' copies end after days, so that what was shredded is gone from them too.

* `sealing`: a stream of bytes as chunks that cannot be altered, cut or exchanged.
* `manifest`: what a copy says about itself, signed.
* `shelf`: the folder in which copies stand, whole or not at all.
* `making`, `tombstones`, `restoring`, `bringing`, `checking`, `drill`: what is done with them.
"""
