"""SharePoint through Microsoft Graph: sites, documents, downloads, uploads."""
