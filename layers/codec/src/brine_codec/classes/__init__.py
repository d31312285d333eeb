"""The classes that may travel: how they are registered, and how their fields are checked and written."""
