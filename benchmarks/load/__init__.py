"""A hub under mixed load at a fixed rate, and its books checked afterwards: docs/load.md.

    make load MINUTES=10 RATE=40

An open model: requests are due at moments drawn beforehand, and none waits for the answer to
another, as people do not wait for each other. What a slow answer holds up therefore counts.
"""
