"""What customers have agreed to and withdrawn: a ledger that only grows, anchored in the audit chain."""
