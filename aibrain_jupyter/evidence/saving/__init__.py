"""How a set becomes an item: files, manifest, card, and what it claims."""
