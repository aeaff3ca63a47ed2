"""What looks for faults: threats, vulnerabilities, exposure, compliance."""
