"""Which keys the actions have: the map of them, and how it is changed."""
