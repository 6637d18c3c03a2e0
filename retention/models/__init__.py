"""What retention stores: policies, and how restores were tried."""

from retention.models.drill import RestoreDrill
from retention.models.policy import RetentionPolicy

__all__ = ["RestoreDrill", "RetentionPolicy"]
