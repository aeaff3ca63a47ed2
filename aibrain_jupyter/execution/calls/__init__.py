"""Calls: jobs, limits, outcomes, and the engines that carry them out."""
