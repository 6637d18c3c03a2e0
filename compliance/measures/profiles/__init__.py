"""Profiles: settings that a measure fixes. Taken on in one step after a look at what changes; then nothing weaker is
saved anywhere, with the reason, until the profile is left.
"""
