"""Detectors of sensitive content: text in, findings out. Plain Python: no database, no network, no clock but the year.

`scan` folds a text (`folding`, `number_words`), ends early where nothing can be (`gates`), finds phrases and rows of
digits once (`reading`), lets each kind's detector propose (`cards`, `shapes`, `identifiers`, `credentials`, `health`,
`finance`), and keeps one winner for each place. Weights and word lists are the files in `data/`. Every finding says by
which rules it was found, and their weights sum to its score. See `docs/decisions/0140-detectors.md`.
"""

from compliance.detectors.findings import RULE_VERSION, Finding, Reason
from compliance.detectors.masking import mask
from compliance.detectors.scanning import scan

__all__ = ["RULE_VERSION", "Finding", "Reason", "mask", "scan"]
