"""A cluster of Dask that somebody has started: many machines, one run."""
