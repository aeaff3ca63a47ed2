"""CloudTrail's events, from LookupEvents and from the log files of trails: see ``asked.py``."""
