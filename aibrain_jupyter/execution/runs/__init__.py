"""Runs: a request, its plan, what came of it, and the history of all of them."""
