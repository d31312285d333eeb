"""The commands that serve a template or prepare it for `sam local`."""
