"""What the tools of evidence are made of: their specs, and how a run becomes an item."""
