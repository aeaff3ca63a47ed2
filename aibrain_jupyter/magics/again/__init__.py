"""An item's source asked again: beside what was saved, or for what was missing."""
