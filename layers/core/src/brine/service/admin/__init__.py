"""What operators see and do: the stored responses, purges and their previews, the states of origins and keys."""
