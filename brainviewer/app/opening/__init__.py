"""Opens studies and single images."""
