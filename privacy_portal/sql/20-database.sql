-- Rights on one database of the portal; run inside it by a superuser after roles.sql.
-- No temporary tables for the application: one could stand in front of a table that a trigger reads.
DO $$
BEGIN
    EXECUTE pg_catalog.format('ALTER DATABASE %I OWNER TO portal_owner', pg_catalog.current_database());
    EXECUTE pg_catalog.format('REVOKE ALL ON DATABASE %I FROM PUBLIC', pg_catalog.current_database());
    EXECUTE pg_catalog.format('GRANT CONNECT ON DATABASE %I TO portal_app', pg_catalog.current_database());
END
$$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO portal_app;
