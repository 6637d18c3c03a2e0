"""The table of measures: data with a version, each with its source, when it applies and what it asks for."""
