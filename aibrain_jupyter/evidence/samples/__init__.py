"""Samples that anybody can draw again, and what was tested in them."""
