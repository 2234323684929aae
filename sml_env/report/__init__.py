"""Reports: what is in files of episodes, gathered, and shown as one self-contained page or in a terminal."""
