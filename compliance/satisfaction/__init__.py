"""After a conversation is resolved, its customer may be asked how it went: `rules` says in which teams and how often,
`asking` asks through the gate, `hearing` reads the score, `counting` counts for the report.
"""
