"""What is learnt at 4 turns, tested with 1 to 10."""
