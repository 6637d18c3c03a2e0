"""A phone in the browser, and the telephone network between it and us: for trying and tests only."""
