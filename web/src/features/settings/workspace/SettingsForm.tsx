// The settings that can be changed. Another person's change meanwhile is shown, and both are kept
// if one wants.
import { Button, Group, Paper, SimpleGrid, Stack, Switch, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrapTagged } from '@/api/client';
import { ApiError } from '@/api/errors';
import { useWorkspace } from '@/api/session';
import { list } from '@/lib/format';
import { ErrorNote } from '@/ui/ErrorNote';
import { toastDone } from '@/ui/toast';
import { Section } from '../parts/Section';
import { useFormSend } from '../parts/useFormSend';
import { settingsQuery } from '../queries';
import { AlertShare, Choice, Whole } from './fields';
import { differing, merged, type Settings, toSettings, toValues, type Values } from './values';
import { CURRENCIES, ZONES } from './worldly';

type Known = { settings: Settings; etag: string | null };

export function SettingsForm(props: Known) {
  const { can } = useWorkspace();
  const may = can('administer');
  const { form, busy, refusal, theirs, save, settle, start } = useSaving(props);
  const changed = differing(start, toSettings(form.values));
  return (
    <form onSubmit={form.onSubmit(() => void save(null))} noValidate>
      <fieldset disabled={!may || busy} style={{ all: 'unset', display: 'block' }}>
        <Stack gap="xl">
          <Section title="Time and money">
            <Box>
              <Choice
                form={form}
                name="time_zone"
                label="Time zone"
                options={ZONES}
                description="For schedules and screens"
                none="The data model's"
              />
              <Choice
                form={form}
                name="currency"
                label="Currency"
                options={CURRENCIES}
                description="Where the data model names none"
                none="The data model's"
              />
            </Box>
          </Section>
          <Section
            title="How long things are kept"
            description="What is older is cleared away once a day."
          >
            <Box>
              <Whole
                form={form}
                name="versions_kept"
                label="Versions of a segment"
                unit="versions"
                most={1000}
                description="Whose members are kept, 1 to 1,000"
              />
              <Whole
                form={form}
                name="runs_kept_days"
                label="Finished runs"
                unit="days"
                most={3650}
                description="1 to 3,650"
              />
              <Whole
                form={form}
                name="logs_kept_days"
                label="Lines of run logs"
                unit="days"
                most={3650}
                description="1 to 3,650"
              />
              <Whole
                form={form}
                name="concurrency"
                label="Runs at once"
                unit="at once"
                most={64}
                description="Of this workspace, 1 to 64"
              />
            </Box>
          </Section>
          <Section
            id="alerts"
            title="Alerts and approvals"
            description="Alerts appear under the bell and go to the channels."
          >
            <Paper withBorder p="md" bg="var(--mu-surface)">
              <Stack>
                <AlertShare
                  form={form}
                  on="shrink_on"
                  name="shrink_alert_share"
                  label="A segment shrinks"
                  before="by at least"
                />
                <AlertShare
                  form={form}
                  on="grow_on"
                  name="grow_alert_share"
                  label="A segment grows"
                  before="by at least"
                />
                <Switch
                  label="A segment becomes empty"
                  {...form.getInputProps('empty_alert', { type: 'checkbox' })}
                />
                <AlertShare
                  form={form}
                  on="approval_on"
                  name="approval_share"
                  label="Edits need somebody else's approval"
                  before="from members moved"
                />
              </Stack>
            </Paper>
          </Section>
          {theirs && <Conflict start={start} theirs={theirs.settings} onSettle={settle} />}
          {refusal && <ErrorNote {...refusal} />}
          {may ? (
            <Group>
              <Button
                type="submit"
                loading={busy}
                disabled={changed.length === 0 || theirs !== null}
              >
                Save the settings
              </Button>
              {changed.length > 0 && (
                <Button variant="default" onClick={() => form.setValues(toValues(start))}>
                  Undo the changes
                </Button>
              )}
              <Text size="sm" c="dimmed" role="status">
                {changed.length > 0 && `Not saved: ${list(changed)}`}
              </Text>
            </Group>
          ) : (
            <Text size="sm" c="dimmed">
              An admin can change these.
            </Text>
          )}
        </Stack>
      </fieldset>
    </form>
  );
}

function Box({ children }: { children: React.ReactNode }) {
  return (
    <Paper withBorder p="md" bg="var(--mu-surface)">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>{children}</SimpleGrid>
    </Paper>
  );
}

const CONFLICT = 412;

function useSaving(known: Known) {
  const queries = useQueryClient();
  const [start, setStart] = useState(known);
  const [theirs, setTheirs] = useState<Known | null>(null);
  const form = useForm<Values>({ initialValues: toValues(known.settings) });
  const { busy, refusal, send } = useFormSend(form);

  const put = async (settings: Settings, etag: string | null) => {
    const { body, etag: next } = await unwrapTagged(
      api.PUT('/api/settings', {
        body: settings,
        params: { header: { 'If-Match': etag } },
      }),
    );
    setStart({ settings: body.settings, etag: next });
    form.setValues(toValues(body.settings));
    queries.setQueryData(settingsQuery.queryKey, { body, etag: next });
    toastDone('The settings are saved.');
  };
  const save = (over: Known | null) =>
    send(async () => {
      const base = over ?? start;
      const mine = toSettings(form.getValues());
      const settings = over ? merged(start.settings, mine, over.settings) : mine;
      try {
        await put(settings, base.etag);
        setTheirs(null);
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== CONFLICT) throw error;
        const { body, etag } = await unwrapTagged(api.GET('/api/settings'));
        setTheirs({ settings: body.settings, etag });
      }
    });
  /** Mine on top of theirs, or theirs alone. */
  const settle = (mine: boolean) => {
    if (theirs === null) return;
    if (mine) return void save(theirs);
    setStart(theirs);
    form.setValues(toValues(theirs.settings));
    setTheirs(null);
  };
  return { form, busy, refusal, theirs, save, settle, start: start.settings };
}

type ConflictProps = { start: Settings; theirs: Settings; onSettle: (mine: boolean) => void };

function Conflict({ start, theirs, onSettle }: ConflictProps) {
  return (
    <ErrorNote
      sentence="Somebody else has changed the settings since you opened them."
      hint={`They changed: ${list(differing(start, theirs)) || 'nothing that you see here'}.`}
      action={
        <>
          <Button size="xs" onClick={() => onSettle(true)}>
            Keep my changes and theirs
          </Button>
          <Button size="xs" variant="default" onClick={() => onSettle(false)}>
            Take theirs
          </Button>
        </>
      }
    />
  );
}
