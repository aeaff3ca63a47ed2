"""What leaves the store: packages, their pages, and what is masked in them."""
