"""Q-priming: premature attempts before and after."""
