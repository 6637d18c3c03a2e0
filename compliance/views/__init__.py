"""Pages of compliance, by topic."""
