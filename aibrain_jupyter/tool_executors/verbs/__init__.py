"""The code of the verbs that providers bring."""
