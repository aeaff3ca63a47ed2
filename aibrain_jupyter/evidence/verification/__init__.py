"""The verification of a store: standard library alone, given to auditors as one file."""
