"""The bill of AWS: its prices, and the sums of what is used."""
