"""Changes to a tool's source that would mend it, read from its error: proposed, never made here."""
