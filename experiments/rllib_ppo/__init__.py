"""RLlib's PPO on four discrete games by name."""
