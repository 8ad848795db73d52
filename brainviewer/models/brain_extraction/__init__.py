"""The networks that cut the brain out of a head with skull."""
