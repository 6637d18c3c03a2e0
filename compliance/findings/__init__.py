"""Findings as people judge them: `reading` shows, `deciding` judges, `counting` says how often they are right."""
