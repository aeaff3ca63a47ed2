"""A run as lanes of bars over time: as SVG, as text, live."""
