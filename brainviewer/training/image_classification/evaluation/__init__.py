"""Predictions, metrics and result files of networks of single images."""
