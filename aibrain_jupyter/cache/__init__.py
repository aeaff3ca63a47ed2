"""Parts of the cache: keys, codec, store, index, policy. ``advanced_cache`` puts them together."""
