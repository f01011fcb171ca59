"""The whole stack on one Linux machine, in one data folder: real servers, no Docker, no root's help."""
