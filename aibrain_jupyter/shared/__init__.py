"""What a tool is, gets and gives: the ground floor. It imports nothing else of ours."""
