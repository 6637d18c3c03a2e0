"""Who may be texted, what may be said, what must be looked at."""

from compliance import compiled

compiled.use()
