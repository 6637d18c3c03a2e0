"""Where two rules disagree: what is past the maximum is hidden, although the minimum keeps it, until somebody decides.

DOMAIN.md 8.3: "restrict processing (hide, no search, queue for decision, log)". `hiding` does it at the keys of days
(`tenancy.encryption.withholding`), `deciding` is the person's part, `reading` what the page shows.
"""
