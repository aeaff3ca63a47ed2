"""
Faults to inject, each real, with what healing has to make of it: data for test and bench.

A fault is arranged in a `World` of its own (a server on 127.0.0.1, a home, an environment), a cell
is run, and ``%aibrain fix`` is asked. `verdict` compares what it says with what it has to say.
"""
