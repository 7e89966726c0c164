"""What git itself records about a repository: commits, prompts, declarations, mentions and surviving lines, read from mirror clones."""
