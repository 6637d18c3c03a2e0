"""Parley's words in other languages: found in code and templates, kept in catalogues, compiled, judged.

English is written where it is used. `make words` (`config.words.__main__`) takes every such string into the catalogues
`<area>/locale/<language>/LC_MESSAGES/django.po`; `compiling` makes of them what Django reads. Decision 384.
"""
