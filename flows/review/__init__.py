"""`yujue review`: a local page on which a person sees a document beside what was read of it, and says what is right."""
