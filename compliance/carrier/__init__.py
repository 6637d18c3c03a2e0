"""Agreement with the carrier about who opted out: its words about a text, its refusals, its list."""
