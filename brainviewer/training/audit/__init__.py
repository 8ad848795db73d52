"""What is wrong with a collection of single images, before a network learns it by heart."""
