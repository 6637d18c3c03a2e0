"""How long things live, and how they end.

* How long: `kinds` and `periods` are plain values, `choices` what an organization chose, `changing` how, `conflicts`
  what happens where two rules disagree, `foreseeing` what each of the next nights would end.
* What is due, and what keeps it: `due` and `keeping` are asked by the preview and by the purge alike; `guards` and
  `holds` keep.
* How it ends: `purging` by period, with `certificates`; `erasing` a person; `closing` an organization.
* What people ask for: `requests` about their data, `exporting` of everything, `evidence` for an auditor.
* `backups`: copies that are made, tried and put back, and forget again what has ended since.
"""
