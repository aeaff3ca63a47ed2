"""Columns of resources that code exports."""
