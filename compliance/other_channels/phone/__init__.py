"""Calls: `asking` writes one down before the provider is asked, `placing` asks, `hearing` takes the reports, `results`
notes what came of it, `settling` ends what nothing was heard of, `showing` says it on pages. `call_list` plans calls,
`call_reading` is the list as members see it. Decision 210.
"""
