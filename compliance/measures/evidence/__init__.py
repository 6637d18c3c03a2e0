"""Live evidence: figures that are counted from real rows each time, with the rows that were counted."""
