"""Somebody leaves: everything they could do here ends in one transaction, and a receipt says what.

`steps` is the list of doors, which higher parts add to (`ACCOUNTS_DEACTIVATION_STEPS`); `own_steps` and `given_steps`
are those of accounts. `ending` closes them all and writes the receipt, `trying` tries each with what had opened it,
`plans` does the same at a date or for several people, `reading` and `papers` show receipts.
"""
