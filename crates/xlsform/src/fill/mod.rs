//! An instance being filled in: relevance, constraints, calculations, repeats, submission.
