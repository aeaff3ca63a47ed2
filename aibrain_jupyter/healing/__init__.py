"""Self-healing: what a failure means, what to do, and what may be tried again by itself."""
