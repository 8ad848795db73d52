"""What the user can do, as tables: the actions, and the menus and bars they stand in."""
