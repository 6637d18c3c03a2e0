"""The ground floor: organizations, the wall around them, their keys, their log.

* `isolation`: the one door to an organization's data, and what tables are made of (`constraints`, `references`).
* `encryption`: what seals texts, names and numbers, and how keys end. Wrapped keys have a database of their own
  (`routers`).
* `audit`: the one way to write the log; `audit_kinds` lists what can stand in it, `audit_verification` proves it.
* `egress`: the one way to call an address that a member or a stranger gave.
* `background`: tasks of one organization and rounds through all; `rates`: limits that all processes share.
* `bulk_writes`, `bulk_reads`, `unawaited`, `compiled_queries`: the database asked less often, or at once.

It knows nothing of people or texts.
"""
