"""What is kept on this computer about a study: the age that was entered, and feedback."""
