"""Verbs for when something failed: why, what to do, whether all that is needed is there."""
