"""The use cases of operators: explain, list and purge what is stored."""
