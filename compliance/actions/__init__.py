"""Improvements: an action has an owner, a day, something that changes, and a rate that should move.

`origins` is what opens one, `rates` the catalogue of what can be measured, `intervals` the statistics, `opening` and
`moving` the use cases, `measuring` and `reminding` what the clock does, `reading` and `links` what pages show.
"""
