"""Asking many existing contacts for permission, each once, at a pace.

`choosing` says who may be asked at all, and why the others may not; it is asked when a run begins and again for each
contact in the moment of asking. `running` holds what a member does; `asking` what the clock does: one transaction for
each number, which holds that contact's row of the run. `results` counts what came of it.
"""
