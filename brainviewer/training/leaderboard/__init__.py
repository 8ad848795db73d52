"""Networks for single images side by side: on patients kept apart, and under a split that leaks."""
