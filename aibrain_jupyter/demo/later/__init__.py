"""The demo accounts one audit period later: what was changed, and what is to be found."""
