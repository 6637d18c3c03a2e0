"""Web forms on which customers opt in: written and checked by colleagues, published, filled in by anybody.

`editing` and `publishing` are for colleagues; `submitting` takes what came from outside, `tokens` says what it was an
answer to, `asking` draws the part of the page that is kept as evidence; `opt_in.form_counts` counts the steps.
"""
