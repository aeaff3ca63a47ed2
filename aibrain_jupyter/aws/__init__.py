"""What we know about AWS: accounts, regions, operations, pages, records."""
