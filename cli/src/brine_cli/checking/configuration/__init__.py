"""Checks routes.toml, types.toml and channels.toml, each with the files of its folder .d."""
