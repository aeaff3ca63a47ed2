"""Listings that are read in parts, several at a time, and are equal to the whole."""
