"""Pages of accounts: the way in, people and roles, the audit log, what belongs to oneself."""
