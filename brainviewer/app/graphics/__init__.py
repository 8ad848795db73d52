"""What draws the 3D view: found out in a process of its own, remembered, chosen, said."""
