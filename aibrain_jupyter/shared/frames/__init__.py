"""Frames: columns and dtypes, records as rows, the frames of several targets as one."""
