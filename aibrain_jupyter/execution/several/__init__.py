"""Several requests at once: carried out together, or ahead of the cells that need them."""
