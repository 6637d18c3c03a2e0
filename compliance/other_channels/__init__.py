"""Reaching a customer about an escalation by another channel than text: `phone` calls, `mail` writes."""
