"""Predictions are kept, summed up by week, and compared with what they were like before."""
