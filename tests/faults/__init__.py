"""Real workers and real brokers, broken on purpose. Nothing may be lost, nothing told twice.

A check counts here only once it has been seen to fail: break the code it guards, watch it, and
say so in the commit.
"""
