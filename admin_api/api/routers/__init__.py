"""The endpoints, a module for each subject; each module has one `router`."""
