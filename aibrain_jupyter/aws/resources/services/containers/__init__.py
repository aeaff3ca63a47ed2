"""Container images, clusters and tasks."""
