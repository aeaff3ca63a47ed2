"""Buckets, file systems and backups."""
