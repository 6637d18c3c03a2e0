"""Finding words in what is sealed: which words a text has, how they are kept, how they are forgotten, how one looks.

`words.py` and `asking.py` are plain values. `docs/decisions/0315-search-keys-are-monthly.md` says which keys and why.
"""
