"""Metrics of classifiers, their confidence intervals and plots."""
