"""What a tool gets and what runs it: parameters, context, policy, handler, provider."""
