"""Providers' requests to us: a customer's text, or what became of one of ours.

`asgi` takes what is in order, many requests with one commit (`group_commit`); everything else goes to Django's `views`.
`taking` is the door of both: the signature first, then what the request says. What is refused is kept by `quarantine`
with its likely cause (`diagnosing`), can be taken in later, and is forgotten in time (`forgetting`).
"""
