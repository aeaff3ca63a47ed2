"""The founding name of the in-memory tier, which is in ``cache/memory.py``."""

from aibrain_jupyter.cache.memory import CacheItem, MemoryCache

__all__ = ["CacheItem", "MemoryCache"]
