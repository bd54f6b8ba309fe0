"""How far a paper's wording lies from all earlier papers of its field. Pure: texts and a pack in, figures out."""
