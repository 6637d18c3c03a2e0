"""A demo organization to try everything with: its people, lines, customers and a week of conversations."""
