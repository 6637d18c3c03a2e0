"""Where two rules disagree: what is past the maximum is hidden, although the minimum keeps it, until somebody decides.

Hidden means: on no page, in no search, listed for a decision, written into the log (decision 398). `hiding` does it at
the keys of days (`tenancy.encryption.withholding`), `deciding` is the person's part, `reading` what the page shows.
"""
