"""The runs of this user, kept in one file: how they are written, and read again."""
