"""Gray areas: what texts must not settle is moved to phone or e-mail, with an owner, a clock and an outcome.

`arriving` hears a customer's text, in the transaction that stores it; `opening` opens the incident or adds to the open
one. `acting` and `closing` are what members do, `switching` sends the one text that offers another channel, `clock`
does what is due when nobody acts. While it is open, `send_policies.escalations` pauses automatic texts and locks the
topic. Decision 185.
"""
