-- The server's role and database; the server creates its own tables. One statement a line.
CREATE ROLE rinha LOGIN;
CREATE DATABASE rinha OWNER rinha;
