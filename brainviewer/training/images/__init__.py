"""Classifiers of single images: from a recipe and folders of pictures to a measured network."""
