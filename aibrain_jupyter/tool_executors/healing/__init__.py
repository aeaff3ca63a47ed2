"""Changes to tools: their source, what is proposed, what is in force in this session, trials."""
