"""The kernel's event loop: a cell waits while it turns, and Stop ends the wait."""
