"""Who asks the source: one at a time, in the background, or nobody for a while."""
