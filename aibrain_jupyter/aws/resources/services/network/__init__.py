"""Networks, what they admit, and what faces the outside."""
