"""From the bytes of a file: can anything be found in it, and which rules have to be asked? Most files end here and are never parsed."""
