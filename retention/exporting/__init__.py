"""Exports: a ZIP that a worker writes piece by piece, sealed, for one member and some days."""
