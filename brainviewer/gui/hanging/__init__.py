"""The layout of the panes in menus and questions."""
