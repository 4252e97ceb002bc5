"""Walk a claim down to the bytes it rests on. The tables hold no raw bytes: the capture is read again."""
