"""What is exported of each service: columns, calls and code, by area and service."""
