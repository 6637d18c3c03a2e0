"""Permissions that follow from what happened, not from what somebody said: a purchase in Canada, a patient's number."""
