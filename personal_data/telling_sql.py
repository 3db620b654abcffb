"""Who can be told before data goes, and who was told in time: the same words of SQL for the search for what is due and
for the warning.
"""

from django.contrib.auth import get_user_model

# Asked for one row, not whether there is any: of each person by itself, where reading whole tables for it would add up.
# Code of a notice, and how many days before the day it goes out.
NOTICES = {"retention-30": 30, "retention-7": 7}
TOLD_BEFORE_DAYS = 7
# From when inactivity counts; of people brought in who never signed in, from the day they were. As the index has it.
LAST_ACTIVE = "COALESCE(s.last_active_at, s.created_at)"
_CODES = ", ".join(f"'{code}'" for code in NOTICES)


def reachable_sql(subject: str) -> str:
    """Whether a person has a proved sign-in address or a held e-mail address.

    `subject` is the SQL of the person's id; the parameter `email_fields` holds the codes of the pack's e-mail fields.
    """
    accounts = get_user_model()._meta.db_table
    return f"""(
        (
            SELECT true FROM public.{accounts} told_user
            JOIN public.account_emailaddress told_mail ON told_mail.user_id = told_user.id AND told_mail.verified
            WHERE told_user.subject_id = {subject} AND told_user.is_active LIMIT 1
        ) IS NOT NULL
        OR (
            SELECT true FROM public.personal_data_dataitem told_item
            WHERE told_item.subject_id = {subject} AND told_item.field = ANY(%(email_fields)s) LIMIT 1
        ) IS NOT NULL
    )"""  # noqa: S608  names of tables; the caller's SQL


def told_sql(subject: str, day: str, as_of: str) -> str:
    """Whether a person was told of a day at least seven days before a moment; each argument is SQL.

    A warning counts for its own day only: when the day moves away, a new one is due.
    """
    return f"""((
        SELECT true FROM public.personal_data_duenotice told
        WHERE told.subject_id = {subject} AND told.notice IN ({_CODES})
            AND told.due_at = {midnight_sql(day)} AND told.sent_at <= {as_of} - interval '{TOLD_BEFORE_DAYS} days'
        LIMIT 1
    ) IS NOT NULL)"""  # noqa: S608  names of tables; the caller's SQL


def midnight_sql(day: str) -> str:
    """The moment at which a Vietnamese calendar day begins."""
    return f"(({day})::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh')"
