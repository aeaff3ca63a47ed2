"""Topics and queues."""
