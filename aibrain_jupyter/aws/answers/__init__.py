"""What came back: pages, records, refusals inside good answers, secrets."""
