"""How software gets into the account."""
