"""`manage.py backup` and what belongs to it."""
