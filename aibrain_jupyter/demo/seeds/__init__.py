"""What the demo accounts hold."""
