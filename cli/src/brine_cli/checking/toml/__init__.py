"""Places of keys and values in TOML files, and mistakes of their syntax."""
