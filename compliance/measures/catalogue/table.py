"""All measures. Whoever changes an entry changes VERSION: reviews and answers say by which version they were made."""

from compliance.measures.catalogue.privacy import PRIVACY
from compliance.measures.catalogue.sectors import SECTORS
from compliance.measures.catalogue.shapes import Measure
from compliance.measures.catalogue.texting import TEXTING

VERSION = "2026.11.1"
MEASURES: dict[str, Measure] = {measure.key: measure for measure in (*TEXTING, *SECTORS, *PRIVACY)}
"""By key, in the order of the register."""
