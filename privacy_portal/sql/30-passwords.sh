#!/bin/sh
# In a PostgreSQL container only: gives the two roles the passwords that stand in the addresses the portal connects with.
set -eu

password_in() {
    sed -E 's#^[a-z]+://[^:]+:([^@]*)@.*#\1#' "$1"
}

for role in owner app; do
    case "$role" in
        owner) file="$OWNER_URL_FILE" ;;
        app) file="$APP_URL_FILE" ;;
    esac
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
        --set role="portal_$role" --set password="$(password_in "$file")" <<'SQL'
ALTER ROLE :"role" PASSWORD :'password';
SQL
done
