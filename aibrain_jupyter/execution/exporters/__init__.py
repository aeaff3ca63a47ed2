"""
Figures and runs for other programs: JSON lines, Prometheus, OpenTelemetry, logging.

Nothing of it is on the way of a run: a thread sends what has ended, from what the session keeps of
a run anyway. Names, numbers, times and ids leave; no row, no cell, no text of an error.
"""
