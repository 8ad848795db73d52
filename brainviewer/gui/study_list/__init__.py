"""The study list: a table of studies, and the window it lies in."""
