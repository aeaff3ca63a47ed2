"""``%aibrain timeline`` and ``dashboard``."""
