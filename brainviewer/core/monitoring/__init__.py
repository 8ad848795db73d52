"""What is kept of predictions, and whether what a model sees and says has changed."""
