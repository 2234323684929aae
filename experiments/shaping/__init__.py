"""What informativeness in the reward does: to the speed of learning, to what is optimal, and to what is learnt."""
