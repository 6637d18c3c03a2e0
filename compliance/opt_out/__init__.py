"""Customers who want no more texts, or may want none: answers, questions, what members were told."""
