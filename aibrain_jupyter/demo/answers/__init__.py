"""Answers of the demo account that moto does not give."""
