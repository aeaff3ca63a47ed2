"""SDK clients: made once, guarded, paced, with answers of foreign servers refused."""
