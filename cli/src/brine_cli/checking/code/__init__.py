"""Checks the code of functions: first as text, then by importing it in a process of its own."""
