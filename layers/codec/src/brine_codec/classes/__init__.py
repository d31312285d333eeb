"""The classes that may be sealed: how they are registered, and how their fields are checked and written."""
