"""Texts that leave later: `checking` looks before, `planning` keeps and changes them, `leaving_now` lets them go.

What is true when a text is written may be wrong a week later, so nothing is decided beforehand but what can never
pass: at its time a text goes through the gate as if it were written then. `local_times` and `their_clock` are about
the time where its reader is; `reading` lists them.
"""
