"""The networks that cut out the brain, converted for shipping."""
