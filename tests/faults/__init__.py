"""Real workers and real brokers, broken on purpose. Nothing may be lost, nothing told twice."""
