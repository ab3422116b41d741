"""The JSON interface for staff and other systems, under `/api/v1`.

Start reading with `application`, which lists the routers; each subject has a router and schemas of the same name.
"""
