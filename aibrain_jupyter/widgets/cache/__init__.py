"""What is seen of the cache."""
