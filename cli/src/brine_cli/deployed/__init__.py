"""The admin API of a deployed stack: found by the outputs of the stack, and asked by signed requests."""
