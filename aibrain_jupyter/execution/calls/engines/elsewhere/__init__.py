"""What engines share whose calls other processes make: what goes out, what comes back."""
