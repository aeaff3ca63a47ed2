"""What is seen: progress, coverage, help. Everything has a plain-text form."""
