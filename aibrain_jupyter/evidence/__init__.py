"""Evidence: what is kept of a run, and why it can be trusted."""
