"""Library sheets: what HTTP libraries, SDKs and retry libraries do, as data that anyone can read and correct."""
