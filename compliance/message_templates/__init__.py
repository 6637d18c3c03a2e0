"""Templates: texts that are written once, checked, published in versions and used again.

`placeholders` and `checking` say what a template may hold, `reach` whose it is; `library` are the ones that ship;
`writing` changes and publishes them, `handing_on` passes one's own on; `reading` lists them; `filling` makes a text of
one for one customer; `origins` remembers which text came of which version (asked by `texting.origins`).
"""
