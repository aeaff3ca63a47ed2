"""Who did what and what is noticed: trails, logs, alarms."""
