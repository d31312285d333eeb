"""The sealed envelope as bytes: header, content, compression, context, keys and MAC (docs/envelope-format.md)."""
