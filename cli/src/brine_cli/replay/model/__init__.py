"""The gateway as a model: the rules of brine.domain over dictionaries, with the time of the log."""
