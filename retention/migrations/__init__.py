"""Tables of retention, in order."""
