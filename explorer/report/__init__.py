"""The student report's figures made again, measured, and held against what it says."""
