"""A package: chosen items, with what proves them, as a BagIt bag that its reader can check."""
