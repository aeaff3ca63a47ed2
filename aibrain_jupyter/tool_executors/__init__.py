"""The tools: thin functions between the registry and the domains."""
