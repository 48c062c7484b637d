"""The page of phones: static HTML, CSS and JavaScript modules, served as they are."""
