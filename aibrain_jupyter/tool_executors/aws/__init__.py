"""What the tools of AWS are made of: names that can be written, views, populations."""
