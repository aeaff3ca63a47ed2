"""The declared resources, by domain. Each module has a tuple `RESOURCES`; it is data only."""
