"""What people say about items before they decide: comments, internal or for the auditor."""
