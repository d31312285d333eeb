"""The output of a replay: tables, or JSON."""
