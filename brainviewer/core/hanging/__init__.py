"""What hangs where: the panes of a layout, and what each of them shows."""
