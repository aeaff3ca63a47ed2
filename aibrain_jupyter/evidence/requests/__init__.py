"""Request lists: what an auditor asks for, read from their file and answered in a copy of it."""
