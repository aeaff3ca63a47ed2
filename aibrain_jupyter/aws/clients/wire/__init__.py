"""What comes over the wire: whose answer it is, and values that cannot be read."""
