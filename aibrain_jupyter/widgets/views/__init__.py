"""Frames made for reading, as pages whose lines fit 800 pixels."""
