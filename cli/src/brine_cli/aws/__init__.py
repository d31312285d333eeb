"""The access of commands to AWS, or to an emulator: quick in the usual case, complete in every other one."""
