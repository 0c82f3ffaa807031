"""Two workspaces with one of everything, as SQL: ids are 1 in the first and 2 in the second."""

from __future__ import annotations

SEED = """
INSERT INTO workspaces (name, title, synthetic) VALUES ('one', 'One', true), ('two', 'Two', true);
INSERT INTO data_models VALUES (1, 1, 'version: 1', 'f'), (2, 1, 'version: 1', 'f');
INSERT INTO rules (workspace_id, name, current_version, published_version)
    VALUES (1, 'a', 1, 1), (2, 'b', 1, 1);
INSERT INTO rule_versions VALUES
    (1, 1, 1, '', '', '[]', 'f', NULL, '{}', '', ''),
    (2, 2, 1, '', '', '[]', 'f', NULL, '{}', '', '');
INSERT INTO runs (workspace_id, state, as_of, rules, started_at) VALUES
    (1, 'running', now(), '{a}', now()), (2, 'running', now(), '{b}', now());
INSERT INTO segments (workspace_id, rule_id, name) VALUES (1, 1, 'a'), (2, 2, 'b');
INSERT INTO segment_versions VALUES
    (1, 1, 1, 1, 1, 1, 5, 5, 0, 9, 1, now(), now(), 'x/1', 'SELECT', 0.1, now()),
    (2, 2, 1, 2, 1, 2, 5, 5, 0, 9, 1, now(), NULL, NULL, 'SELECT', 0.1, now());
INSERT INTO lineage VALUES
    (1, 1, 1, 'table', 'users', NULL, NULL), (2, 2, 1, 'table', 'users', NULL, NULL);
INSERT INTO audit (workspace_id, actor, action, subject, reason) VALUES
    (1, 'a', 'b', 'c', ''), (2, 'a', 'b', 'c', ''), (NULL, 'a', 'b', 'c', '');

INSERT INTO schedules (workspace_id, rule_id, cron, time_zone) VALUES
    (1, 1, '@daily', 'UTC'), (2, 2, '@daily', 'UTC');
INSERT INTO schedule_fires (workspace_id, schedule_id, fire_at, run_id) VALUES
    (1, 1, '2026-01-01Z', 1), (2, 2, '2026-01-01Z', 2);
INSERT INTO run_rules (workspace_id, run_id, rule, outcome) VALUES
    (1, 1, 'a', 'published'), (2, 2, 'b', 'published');
INSERT INTO run_log (workspace_id, run_id, level, message) VALUES
    (1, 1, 'info', 'begun'), (2, 2, 'info', 'begun');
INSERT INTO approvals (workspace_id, rule_id, version, requested_by, reason, effects) VALUES
    (1, 1, 1, 'ada', '', '[]'), (2, 2, 1, 'bob', '', '[]');

INSERT INTO users (email, name) VALUES ('ada@example.com', 'Ada'), ('bob@example.com', 'Bob');
INSERT INTO memberships (workspace_id, user_id, role) VALUES (1, 1, 'admin'), (2, 2, 'admin');
INSERT INTO sessions (token_hash, user_id, method, agent, expires_at) VALUES
    ('s1', 1, 'password', '', now()), ('s2', 2, 'oidc', '', now());
INSERT INTO invitations (workspace_id, email, role, token_hash, invited_by, expires_at) VALUES
    (1, 'cid@example.com', 'viewer', 'i1', 'ada', now()),
    (2, 'cid@example.com', 'viewer', 'i2', 'bob', now());
INSERT INTO api_tokens
    (workspace_id, user_id, name, prefix, token_hash, role, scopes, created_by, expires_at) VALUES
    (1, 1, 'ci', 'mst_1', 't1', 'viewer', '{}', 'ada', now()),
    (2, 2, 'ci', 'mst_2', 't2', 'viewer', '{}', 'bob', now());
INSERT INTO workspace_settings (workspace_id, document) VALUES (1, '{}'), (2, '{}');
INSERT INTO kept (workspace_id, person, key, value) VALUES
    (1, 'ada', 'preferences', '{}'), (2, 'bob', 'preferences', '{}');

INSERT INTO notifications (workspace_id, kind, severity, subject, title, body, dedupe_key) VALUES
    (1, 'run.failed', 'error', 'run/1', '', '', 'k'),
    (2, 'run.failed', 'error', 'run/2', '', '', 'k');
INSERT INTO notification_reads (workspace_id, notification_id, reader) VALUES
    (1, 1, 'ada'), (2, 2, 'bob');
INSERT INTO notification_channels (workspace_id, kind, name, target, kinds, created_by) VALUES
    (1, 'email', 'desk', 'ada@example.com', '{}', 'ada'),
    (2, 'email', 'desk', 'bob@example.com', '{}', 'bob');
INSERT INTO deliveries (workspace_id, notification_id, channel_id) VALUES (1, 1, 1), (2, 2, 2);
"""

INSTALLATION_TABLES = ("sessions", "sign_in_attempts", "sign_in_states", "users", "workers")
"""Whose rows belong to no workspace: an account may be a member of several."""
