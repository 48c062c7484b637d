"""Photos and other files under the SHA-256 of their bytes: in a folder, or in an object store."""
