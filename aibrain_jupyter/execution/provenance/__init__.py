"""What is known of a run afterwards: its requests, what it collected, which rows are its own."""
