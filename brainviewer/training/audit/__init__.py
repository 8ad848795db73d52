"""What is wrong with a collection of single pictures, before a network learns it by heart."""
