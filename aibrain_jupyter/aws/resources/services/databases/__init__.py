"""Databases, caches, search and data jobs."""
