"""What retention stores: policies, and how restores were tried."""
"""What retention stores: policies, purges and their steps."""

from retention.models.drill import RestoreDrill
from retention.models.policy import RetentionPolicy
from retention.models.purge import Purge, PurgeStep

__all__ = ["RestoreDrill", "RetentionPolicy"]
__all__ = ["Purge", "PurgeStep", "RetentionPolicy"]
