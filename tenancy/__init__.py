"""The ground floor: organizations, the wall around them, their keys, their log."""
