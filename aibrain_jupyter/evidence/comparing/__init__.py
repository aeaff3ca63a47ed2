"""What changed from one set of rows to another, by key; and whether the same was asked."""
