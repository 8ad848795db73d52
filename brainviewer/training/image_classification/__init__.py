"""How networks that classify single images are made and measured."""
