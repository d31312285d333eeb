"""Functions as origins: the parts that they fetch, and the whole that they return."""
