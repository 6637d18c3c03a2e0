"""What retention stores: policies."""

from retention.models.policy import RetentionPolicy

__all__ = ["RetentionPolicy"]
