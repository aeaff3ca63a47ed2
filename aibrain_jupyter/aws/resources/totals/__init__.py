"""How many there should be: independent totals of the curated resources, as data, and asking them."""
