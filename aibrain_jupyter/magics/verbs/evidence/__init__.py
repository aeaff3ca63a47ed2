"""``%aibrain evidence``: its verbs, how they are written, and their help."""
