"""Projects of users: the files that `brine new` writes, and the copy of the production stack in `.brine`."""
