"""Customers who agree to be texted: programs, keywords, questions, confirmations."""
