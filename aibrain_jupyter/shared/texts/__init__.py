"""Texts as users write them, names that are nearly right, and what no text may show."""
