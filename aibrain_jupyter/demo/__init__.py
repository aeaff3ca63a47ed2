"""The embedded AWS account: moto's server on 127.0.0.1 with realistic, imperfect data."""
