"""What a customer opens in a browser: secure messages, payment requests.

`links` are what a text carries: short, random, stored as a hash. `secure` is what must not go by text, opened on a
private page; `payments` leads to the payment provider's page and believes only what the provider says.
"""
