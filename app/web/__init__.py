"""The edge to the browser: each module is one noun's URLs. Unpack, call the story, answer."""
