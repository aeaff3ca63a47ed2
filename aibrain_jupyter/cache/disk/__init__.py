"""The disk tier: files, their owner, their limits."""
