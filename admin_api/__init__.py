"""The house as seen over HTTP by staff, other systems and the public: `api`, `console` and `portal`.

Nothing here decides about cases: endpoints ask casework and knowledge, and translate. Start reading with `access`.
"""
