"""Curated resources, one module per service: the columns auditors ask for."""
