"""What a replay prints: a table, or JSON."""
