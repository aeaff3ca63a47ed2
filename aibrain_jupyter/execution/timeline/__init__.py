"""When the calls of a run went on, waited and ended."""
