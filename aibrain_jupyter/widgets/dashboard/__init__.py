"""The dashboard: blocks, page, live and as a file."""
