"""Everything that happened with one contact, newest first, as far as the member who looks may see it.

`merging` asks every source of `settings.TEXTING_TIMELINE`; `own` has those of texting.
"""
