"""Values to pixels: panes, figures, and the 3D scene."""
