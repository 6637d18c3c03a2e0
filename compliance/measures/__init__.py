"""The register of measures: which laws, rules and standards apply, what shows that they are kept, who looks after each.

`answers` is what an organization says of itself, `catalogue` which measures follow, `evidence` what is counted from the
product's own rows, `controls` what is switched on; `register` puts them together, `reviewing` has the dates and
signatures, `profiles` the settings that a measure fixes. Nothing here says that anybody is certified.
"""
