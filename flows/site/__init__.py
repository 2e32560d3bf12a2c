"""Pages made from a release: `front` is the one inside its folder, `build` makes the whole site."""
