"""The use cases of operators: list and purge stored responses, preview a purge, read the states of origins and keys."""
