-- The two roles of the portal, on every PostgreSQL it uses. The owner migrates; the application owns nothing.
-- Run by a superuser, as often as wanted; passwords are set apart.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'portal_owner') THEN
        CREATE ROLE portal_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'portal_app') THEN
        CREATE ROLE portal_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
    END IF;
END
$$;

-- A transaction that hangs would hold locks, and would hold back the sealing of evidence written after it.
ALTER ROLE portal_app SET transaction_timeout = '60s';
ALTER ROLE portal_app SET statement_timeout = '30s';
ALTER ROLE portal_app SET lock_timeout = '10s';
ALTER ROLE portal_app SET idle_in_transaction_session_timeout = '60s';
-- Statements and their values stay out of the server's log: they hold personal data.
ALTER ROLE portal_app SET log_min_error_statement = 'panic';
ALTER ROLE portal_owner SET log_min_error_statement = 'panic';
