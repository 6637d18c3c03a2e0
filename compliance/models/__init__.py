"""What compliance stores: the consent ledger and the numbers that must not be texted."""

from compliance.models.consent import ConsentEvent, Suppression

__all__ = ["ConsentEvent", "Suppression"]
