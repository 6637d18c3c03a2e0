"""E-mails to the customer of an escalation: `texts` are the words to begin with, `writing` checks and queues one,
`addresses` keeps where they get mail, `following` learns what became of it, `showing` says it on pages. Decision 211.
"""
