"""What the clients of a process have in common: models, connections, and all but the region."""
