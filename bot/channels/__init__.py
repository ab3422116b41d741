"""Ways in and out for citizens, one front door each; only `runtime` opens them. They translate and deliver."""
