"""One text to many: `writing` keeps what is to be said and to whom, `checking` asks the gate about each recipient
beforehand, `running` starts, holds and ends it, `working` is the worker's part (`queueing` lets some texts leave,
`outcomes` writes down what became of them), `reading` says how far it is.

Nothing here sends: every text passes `texting.sending` and its gate, once when it is queued and once when it is handed
over, as if it were written to one customer. What is special is that nobody waits for it (`gate.Draft.is_bulk`): replies
pass it in the outbox, it waits for the hours of its reader, and it counts when it leaves.
"""
