"""Training of networks of single images."""
