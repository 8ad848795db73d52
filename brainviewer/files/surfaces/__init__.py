"""Files of surfaces: STL, PLY, OBJ and glTF. Made without VTK, of numbers alone.

VTK's own exporter of glTF wants a window, and its other writers write no notice, or no bytes that
could be saved whole or not at all.
"""
