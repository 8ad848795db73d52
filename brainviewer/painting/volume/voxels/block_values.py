"""What the values of a block made by ``head_block`` stand for."""

BRIGHTEST = 4095
"""Value of the head's bright end in a block; sixteen times as fine as a screen's, so that the
surface's direction, which shading takes from differences, has no steps."""
AIR = 0.12
"""Below this part of the brightest value lies no tissue."""
TISSUE = 0.55
"""The part of the brightest value that the median of the head is brought to."""
