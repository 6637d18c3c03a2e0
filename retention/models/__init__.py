"""What retention stores: policies, holds, purges and their steps, drills of restoring."""

from retention.models.drill import RestoreDrill
from retention.models.policy import RetentionPolicy
from retention.models.purge import Purge, PurgeStep

__all__ = ["Purge", "PurgeStep", "RestoreDrill", "RetentionPolicy"]
