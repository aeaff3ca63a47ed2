"""What the tools of SharePoint are made of: declarations, columns, what is sent and kept."""
