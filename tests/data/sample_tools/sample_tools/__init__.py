"""A third-party package of tools."""
