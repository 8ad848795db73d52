"""Help inside the window: the guide and its search, keys and mouse, the tour, and About."""
