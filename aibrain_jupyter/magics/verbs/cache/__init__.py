"""``%aibrain cache``."""
