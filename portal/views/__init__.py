"""Pages of the portal, split by who opens them."""
