"""The ledger as the database keeps it: append-only, guarded, and written by one function in one commit.

A form is one call, because each round trip and each commit costs as much as the writing itself. The function runs with the rights of
its caller and names everything with its schema, so that neither it nor the guard can be led astray.
"""

from django.db import migrations

from audit.guarding import OnDefaultDatabase, append_only, guard

RECORD_ANSWERS = """
CREATE FUNCTION public.consent_record_answers(
    p_subject uuid, p_evidence bytea, p_form jsonb, OUT outcome text, OUT entries bigint[]
)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp
-- One plan for all calls: planned anew for each form, the function took most of its time in planning.
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    f_at timestamptz := p_form ->> 'at';
    f_act uuid := p_form ->> 'act';
    f_version integer := p_form ->> 'version';
    f_language text := p_form ->> 'language';
    f_method text := p_form ->> 'method';
    f_actor text := p_form ->> 'actor';
    f_role text := p_form ->> 'role';
    f_captured_by text := p_form ->> 'captured_by';
BEGIN
    -- One form at a time per person, and never beside an erasure: of two windows the second waits, and sees the first.
    PERFORM 1 FROM public.personal_data_datasubject WHERE id = p_subject AND state = 'ACTIVE' FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        outcome := 'gone';
        entries := '{}';
        RETURN;
    END IF;
    WITH given AS (
        SELECT g.purpose, g.channel, g.recipient, g.granted, g.sensitive,
            pg_catalog.decode(g.wording, 'hex') AS wording, pg_catalog.decode(g.scope, 'hex') AS scope,
            w.id IS NULL AS unknown, last.id AS last_id, last.reply AS last_reply, last.scope_hash AS last_scope
        FROM pg_catalog.jsonb_to_recordset(p_form -> 'answers') AS g (
            purpose text, channel text, recipient text, granted boolean, sensitive boolean, wording text, scope text
        )
        LEFT JOIN LATERAL (
            SELECT l.id, l.reply, l.scope_hash FROM public.consent_ledgerentry l
            WHERE l.subject_ref = p_subject AND l.purpose = g.purpose AND l.channel = g.channel
                AND l.recipient_class = g.recipient
            ORDER BY l.id DESC LIMIT 1
        ) AS last ON true
        LEFT JOIN LATERAL (
            SELECT w.id FROM public.consent_consentwording w WHERE w.hash = pg_catalog.decode(g.wording, 'hex') LIMIT 1
        ) AS w ON true
    ), written AS (
        INSERT INTO public.consent_ledgerentry (
            subject_ref, purpose, channel, recipient_class, reply, ends_entry, version, wording_hash, scope_hash, language,
            sensitive_shown, method, captured_by, at, act, sealed_evidence
        )
        SELECT p_subject, purpose, channel, recipient,
            CASE WHEN granted THEN 'GRANTED' WHEN last_reply = 'GRANTED' THEN 'WITHDRAWN' ELSE 'REFUSED' END,
            CASE WHEN NOT granted AND last_reply = 'GRANTED' THEN last_id END,
            f_version, wording, scope, f_language, sensitive, f_method, f_captured_by, f_at, f_act, p_evidence
        FROM given
        -- What was put to the person is kept before any answer is; the same answer to the same words is no new answer.
        WHERE NOT EXISTS (SELECT FROM given WHERE unknown) AND (
            last_id IS NULL OR last_scope <> scope
            OR CASE WHEN granted THEN last_reply <> 'GRANTED' ELSE last_reply NOT IN ('REFUSED', 'WITHDRAWN') END
        )
        RETURNING id, purpose, channel, recipient_class, reply, wording_hash
    ), audited AS (
        INSERT INTO public.audit_auditentry (event, target, subject_ref, actor, actor_role, at, details)
        SELECT 'consent.' || pg_catalog.lower(reply), 'subject:' || p_subject, p_subject, f_actor, f_role, f_at,
            pg_catalog.jsonb_build_object(
                'entry', id, 'purpose', purpose, 'channel', channel, 'recipient', recipient_class, 'version', f_version,
                'wording', pg_catalog.encode(wording_hash, 'hex')
            )
        FROM written
    ), states AS (
        INSERT INTO public.personal_data_purposestate AS s (subject_id, purpose, live, since)
        SELECT DISTINCT p_subject, purpose, reply = 'GRANTED', f_at FROM written
        WHERE recipient_class = '' AND (reply = 'GRANTED' OR channel = '')
        ON CONFLICT (subject_id, purpose) DO UPDATE SET live = EXCLUDED.live, since = EXCLUDED.since
            WHERE s.live <> EXCLUDED.live
    ), job AS (
        INSERT INTO public.consent_consentjob (subject_ref, act, created_at)
        SELECT p_subject, f_act, f_at WHERE EXISTS (SELECT FROM written)
    )
    SELECT COALESCE(pg_catalog.array_agg(id ORDER BY id), '{}'),
        CASE WHEN EXISTS (SELECT FROM given WHERE unknown) THEN 'unknown wording' ELSE 'recorded' END
    INTO entries, outcome FROM written;

    -- A purpose asked by channel lives on while another of its channels is agreed to.
    IF p_form ->> 'refused_channels' = 'true' THEN
        INSERT INTO public.personal_data_purposestate AS s (subject_id, purpose, live, since)
        SELECT p_subject, ended.purpose, EXISTS (
            SELECT FROM (
                SELECT DISTINCT ON (l.channel) l.reply FROM public.consent_ledgerentry l
                WHERE l.subject_ref = p_subject AND l.purpose = ended.purpose AND l.recipient_class = ''
                ORDER BY l.channel, l.id DESC
            ) AS last
            WHERE last.reply = 'GRANTED'
        ), f_at
        FROM (
            SELECT DISTINCT l.purpose FROM public.consent_ledgerentry l
            WHERE l.subject_ref = p_subject AND l.id = ANY (entries)
                AND l.reply <> 'GRANTED' AND l.recipient_class = '' AND l.channel <> ''
        ) AS ended
        ON CONFLICT (subject_id, purpose) DO UPDATE SET live = EXCLUDED.live, since = EXCLUDED.since
            WHERE s.live <> EXCLUDED.live;
    END IF;
END $$;
REVOKE ALL ON FUNCTION public.consent_record_answers(uuid, bytea, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.consent_record_answers(uuid, bytea, jsonb) TO {app};
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_initial"), ("audit", "0002_append_only"), ("personal_data", "0002_guards")]

    operations = [
        append_only("consent_consentwording"),
        append_only("consent_ledgerentry"),
        guard("consent_ledgerentry", prefix="subject", column="subject_ref"),
        OnDefaultDatabase(RECORD_ANSWERS, "DROP FUNCTION public.consent_record_answers(uuid, bytea, jsonb);"),
    ]
