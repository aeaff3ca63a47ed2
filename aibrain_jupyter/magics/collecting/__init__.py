"""``%aibrain evidence collect``: the rows of a plan as cells, run together, saved one by one."""
