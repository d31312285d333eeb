"""Projects of users: what `brine new` writes, and the copy of the production stack that their templates nest."""
