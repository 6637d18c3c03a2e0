"""Tables of the portal, in order."""
