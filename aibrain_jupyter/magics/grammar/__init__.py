"""The text of a cell as a request."""
