"""The requests of clients to the running twin: a record of each, live subscribers, and figures about them."""
