"""The gate: decides whether a pickle stream may be unpickled, before any object of it is made.

`tree.check` is for streams of other parties. It follows every opcode of the stream on a simulated stack, and refuses
an opcode that the writer never writes. It charges each opcode to the budget of the message (bytes of memory, and time).
`graph.check` is for streams that a service wrote itself. It only refuses opcodes that could change an existing object.

- `tree`: the check of a tree stream, from its first byte to its last.
- `simulation`: the unpickler's stack, with a kind in the place of each value.
- `patterns`: regular expressions that read runs of simple values at the speed of C.
- `budget`: the memory and the time that one message may cost, by its size.
- `collisions`: the cost of dict and set keys that a sender chose so that they collide.
- `graph`: the check of a graph stream.
"""
