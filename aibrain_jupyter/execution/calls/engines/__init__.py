"""
What carries jobs out. Every engine has the interface of `execute_jobs` in ``local.py``.

However it does it (threads here, other processes, a cluster): each job ends in exactly one
`CallOutcome`, and Cancel ends the run with what there is.
"""
