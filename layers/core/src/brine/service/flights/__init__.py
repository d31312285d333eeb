"""The single flight of a key: turns, flights in this process, and leases that are renewed."""
