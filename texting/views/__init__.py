"""Pages of texting, split by what they show."""
