"""Commands that look into a running twin."""
