"""Fields that an organization defines for its contacts.

`reading` is for whoever needs to know what is written there: pages with a member who looks, machinery (an audience, a
reminder before a date) without one. `writing` puts values in, `defining` makes the fields, `kinds` says what a value
is.
"""
