"""What is done with annotations beyond making and changing them."""
