"""Dates in English: 5 December 2026, 14:30."""
