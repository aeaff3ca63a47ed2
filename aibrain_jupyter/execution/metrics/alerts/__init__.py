"""
What is to be told: rules as data, their states, the history of them, and who is told.

`rules` reads and checks them, `readings` finds their values, `states` decides (with the clock it is
given), `kept` remembers so that of several kernels one tells, `telling` sends, `watching` does all.
"""
