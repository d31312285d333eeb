"""Follows changes of files: the twin serves what they say now, and goes on as before while they have a mistake."""
