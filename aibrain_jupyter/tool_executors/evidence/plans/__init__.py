"""The tools of collection plans: what is wanted, its checks, who saves it, what came of it."""
