"""New sessions: waiting for one that somebody opens, and opening one from a notebook."""
