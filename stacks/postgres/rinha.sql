-- What the server connects as, and what it connects to; it makes its own tables. One statement a line.
CREATE ROLE rinha LOGIN;
CREATE DATABASE rinha OWNER rinha;
