"""Buckets, file systems, file servers and backups."""
