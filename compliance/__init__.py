"""Who may be texted, what may be said, what must be looked at."""
