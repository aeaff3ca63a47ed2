"""Figures of what was asked and how long it took: counted in memory, in a form that adds up."""
