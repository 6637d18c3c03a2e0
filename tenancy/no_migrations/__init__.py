"""Stands in for the migrations of an app while those that they build on are written anew (`makemigrations`)."""
