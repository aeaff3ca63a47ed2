"""The organization, its accounts and their contacts, tags of everything."""
