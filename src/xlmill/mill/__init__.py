"""The main job: from source to sink."""
