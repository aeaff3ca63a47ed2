"""How a request becomes calls, and how calls are carried out and put together."""
