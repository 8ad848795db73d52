"""What the graphics of this computer can do, and what draws the 3D view because of that."""
