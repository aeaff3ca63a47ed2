"""What is measured and watched: ``stats``, ``alerts``."""
