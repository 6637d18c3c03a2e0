"""How much, how fast and where to an organization may text: ceilings of a day, rates, countries, alarms.

Everything that costs money is counted in PostgreSQL by one conditional statement in the transaction that queues a text
(`spending`); the gate only reads (`policy`, `standing`, `judging`). Admins change things through `changing`.
"""
