"""
What runs cost and how they ended, over all runs and kernels: measured, kept, read, watched.

`measuring` counts what an engine did, `recording` writes it into the history behind the runs,
`store` has the tables and their roll-ups, `reading` is what everybody else reads: `Metrics`.
"""
