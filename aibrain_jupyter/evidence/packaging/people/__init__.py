"""People in what is packed: which columns have them, and pseudonyms in their place."""
