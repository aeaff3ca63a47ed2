"""More processes of this machine and user, by joblib's loky."""
