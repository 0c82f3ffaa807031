// The data model as text, checked while it is written: its faults, and the rules it would not fit.
import { Anchor, Button, Grid, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, useBlocker } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { told } from '@/api/errors';
import { useWorkspace } from '@/api/session';
import { moment } from '@/lib/format';
import { ErrorNote } from '@/ui/ErrorNote';
import { Page } from '@/ui/Page';
import { StateView } from '@/ui/StateView';
import { lineOfPath } from './logic';
import { ModelFindings } from './ModelFindings';
import { checkQuery, modelQuery, useSaveModel } from './queries';
import { type Lines, TextEditor } from './TextEditor';

const PAUSE_MILLISECONDS = 400;
const FIRST =
  'version: 1\nentity:\n  name: user\n  label: Users\n  table: users\n  key: user_id\nattributes: {}\nevents: {}\n';

export function ModelPage() {
  const { has_model: hasModel } = useWorkspace();
  const found = useQuery({ ...modelQuery, enabled: hasModel });
  return (
    <Page
      title="Data model"
      above={
        <Anchor component={Link} to="/sources" size="sm" c="dimmed">
          Sources
        </Anchor>
      }
      description="model.yml names the tables, fields and metrics that rules may speak of. It is checked while you write."
    >
      {!hasModel ? (
        <Editor saved="" start={FIRST} etag={null} note="Nothing is saved yet." />
      ) : (
        <StateView query={found}>
          {({ body, etag }) => (
            <Editor
              key={body.version}
              saved={body.document}
              start={body.document}
              etag={etag}
              note={`Version ${body.version}, saved ${moment(body.created_at)}`}
            />
          )}
        </StateView>
      )}
    </Page>
  );
}

type Props = { saved: string; start: string; etag: string | null; note: string };

function Editor({ saved, start, etag, note }: Props) {
  const { can } = useWorkspace();
  const [text, setText] = useState(start);
  const [asking, setAsking] = useState(false);
  const [settled] = useDebouncedValue(text, PAUSE_MILLISECONDS);
  const check = useQuery({ ...checkQuery(settled), enabled: can('edit') });
  const save = useSaveModel();
  const lines = useRef<Lines>(null);
  const changed = text !== saved;
  useBlocker({
    shouldBlockFn: () => changed && !window.confirm('Leave without saving the data model?'),
    enableBeforeUnload: changed,
  });
  const problems = check.data?.problems ?? [];
  const marks = new Set(
    problems.map(({ path }) => lineOfPath(text, path)).filter((line) => line !== null),
  );
  const store = (reason: string) =>
    save.mutate(
      { document: text, reason, etag },
      {
        onSettled: () => setAsking(false),
      },
    );
  return (
    <>
      {save.isError && <Refused error={save.error} />}
      <Grid>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <TextEditor
            ref={lines}
            label="model.yml"
            value={text}
            onChange={setText}
            marks={marks}
            readOnly={!can('administer')}
          />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack>
            <Text size="sm" c="dimmed">
              {note}
              {changed && ' · not saved'}
            </Text>
            <ModelFindings
              query={check}
              busy={settled !== text || check.isFetching}
              lineOf={(path) => lineOfPath(text, path)}
              onGo={(line) => lines.current?.go(line)}
            />
            {can('administer') ? (
              <Group>
                <Button
                  disabled={!changed || check.data?.valid === false}
                  onClick={() => setAsking(true)}
                >
                  Save
                </Button>
                <Button
                  variant="default"
                  disabled={!changed}
                  onClick={() => setText(saved || start)}
                >
                  Discard changes
                </Button>
              </Group>
            ) : (
              <Text size="sm" c="dimmed">
                Only admins of this workspace may change it.
              </Text>
            )}
          </Stack>
        </Grid.Col>
      </Grid>
      <Modal opened={asking} onClose={() => setAsking(false)} title="Save the data model">
        <SaveForm
          unfit={check.data?.rules.length ?? 0}
          busy={save.isPending}
          onSave={store}
          onCancel={() => setAsking(false)}
        />
      </Modal>
    </>
  );
}

type SaveProps = {
  unfit: number;
  busy: boolean;
  onSave: (reason: string) => void;
  onCancel: () => void;
};

function SaveForm({ unfit, busy, onSave, onCancel }: SaveProps) {
  const [reason, setReason] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSave(reason);
      }}
    >
      <Stack>
        {unfit > 0 && (
          <Text>
            {unfit === 1 ? '1 rule' : `${unfit} rules`} would no longer fit and fail at the next
            refresh.
          </Text>
        )}
        <TextInput
          label="Why"
          description="Kept in the audit log"
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          maxLength={1000}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Refused({ error }: { error: Error }) {
  const { sentence, hint } = told(error);
  return <ErrorNote sentence={sentence} hint={hint ?? 'Your text is kept here.'} />;
}
