"""`brine invoke`: one function with one event, in the running twin or without one."""
