"""What a verb of ``%aibrain`` is: declaration, options, and what it says."""
