"""What people decide about items: codes, states, retention, exclusions; all in the ledger."""
