"""Requests for payment: a link in a text, a page of the payment provider, and what became of it.

A card number never comes here: the customer types it on the provider's page. What was paid is what the provider says,
in a signed webhook or when it is asked; the page that a customer comes back to proves nothing.

`requesting` makes requests, `opening` the provider's pages, `booking` alone writes down what providers say, `hearing`
takes their webhooks, `refunding` gives money back, `reconciling` asks about what is in doubt.
"""
