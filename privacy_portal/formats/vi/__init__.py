"""Dates in Vietnamese: 05/12/2026, 14:30."""
