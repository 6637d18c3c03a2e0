"""Sends and receives texts through a provider."""
