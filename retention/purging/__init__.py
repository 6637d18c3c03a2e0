"""The purge: what is past its period becomes unreadable, then its rows say so, then it is verified and certified.

`planning` finds the days of which something is due, `ending` ends rows, `stepping` goes from step to step, `running`
is the night's round and what people start by hand. A purge that died anywhere is continued by the next round.
"""
