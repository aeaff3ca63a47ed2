"""What AWS offers and how it is asked: models, inputs, search, policy, the generic export."""
