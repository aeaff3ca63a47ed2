"""Keys, secrets and certificates."""
