"""Reading what routing rests on, and the queue."""
