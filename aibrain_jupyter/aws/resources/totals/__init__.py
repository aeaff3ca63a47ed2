"""How many there should be: the control totals of the curated resources, and asking them."""
