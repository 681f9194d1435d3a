"""What tests stand on: a real broker, a throwaway PostgreSQL, the whole application, a browser."""
