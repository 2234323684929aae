"""Learning to learn across domains: a student trained on some families learns from a teacher in others."""
