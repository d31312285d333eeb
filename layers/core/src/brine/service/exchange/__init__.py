"""The exchange: services send objects through channels, and receive them."""
