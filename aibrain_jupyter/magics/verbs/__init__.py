"""The verbs of ``%aibrain``, one module each; ``every.py`` has them all."""
