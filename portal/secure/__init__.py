"""Secure messages: what must not go by text is written here and opened by the customer on a private page.

`sending` writes one and texts the link, `codes` texts the one-time codes, `opening` lets the customer in, `replying`
takes their answer, `ending` destroys; `sealing` says what seals the content, `showing` what colleagues see.
"""
