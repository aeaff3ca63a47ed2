"""The SDK's errors as ours: who was refused what, and the next step."""
