"""Populations of a period: rows now, and what CloudTrail tells of those made or deleted since."""
