"""The notebook's face: the text of a cell becomes a request, a run is shown."""
