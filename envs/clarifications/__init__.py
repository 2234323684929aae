"""Problems with missing facts: what is withheld, how it is asked for, the stories, and word problems made into them."""
