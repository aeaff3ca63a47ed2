"""Collection plans: what is collected for which code, how often, and what is due."""
