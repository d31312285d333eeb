"""The use cases of operators: list, explain and purge stored responses, preview a purge, read the states of origins."""
