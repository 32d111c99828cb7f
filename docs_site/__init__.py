"""The documentation as a site: its pages are put together from the repository, and built by mkdocs."""
