// The browsers one is signed in with; each can be signed out, or all at once.
import { Badge, Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type Schemas, unwrap } from '@/api/client';
import { day } from '@/lib/format';
import { confirm } from '@/ui/confirm';
import { type Column, DataTable } from '@/ui/DataTable';
import { Moment } from '@/ui/Moment';
import { StateView } from '@/ui/StateView';
import { toastDone, toastError } from '@/ui/toast';
import { Section } from '../parts/Section';
import { sessionsQuery } from '../queries';
import { browserName } from './browserName';

type Session = Schemas['SessionBody'];

export function Sessions() {
  const sessions = useQuery(sessionsQuery);
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: (one: Session) =>
      unwrap(
        api.DELETE('/api/sessions/{session_id}', { params: { path: { session_id: one.id } } }),
      ),
    onSuccess: async () => {
      toastDone('That browser is signed out.');
      await queries.invalidateQueries({ queryKey: sessionsQuery.queryKey });
    },
    onError: toastError,
  });
  const endAll = useMutation({
    mutationFn: () => unwrap(api.DELETE('/api/sessions')),
    onSuccess: () => window.location.assign('/sign-in'),
    onError: toastError,
  });
  return (
    <Section
      id="sessions"
      title="Your sessions"
      actions={
        <Button
          variant="default"
          onClick={() =>
            confirm({
              title: 'Sign out everywhere?',
              body: 'Every browser you are signed in with, this one too.',
              confirm: 'Sign out everywhere',
              onConfirm: () => endAll.mutate(),
            })
          }
        >
          Sign out everywhere
        </Button>
      }
    >
      <StateView query={sessions}>
        {({ items }) => (
          <DataTable
            label="Your sessions"
            rows={items}
            rowKey={(one) => one.id}
            columns={columns((one) => end.mutate(one))}
          />
        )}
      </StateView>
    </Section>
  );
}

const columns = (end: (one: Session) => void): Column<Session>[] => [
  {
    key: 'agent',
    title: 'Browser',
    cell: (one) => (
      <Group gap={6}>
        <Text size="sm" fw={600} title={one.agent}>
          {browserName(one.agent)}
        </Text>
        {one.current && <Badge size="sm">this one</Badge>}
      </Group>
    ),
  },
  { key: 'since', title: 'Since', cell: (one) => <Moment at={one.created_at} /> },
  { key: 'used', title: 'Last used', cell: (one) => <Moment at={one.last_used_at} /> },
  { key: 'until', title: 'Ends', wideOnly: true, cell: (one) => day(one.expires_at) },
  {
    key: 'end',
    title: 'Sign out',
    width: 110,
    cell: (one) =>
      !one.current && (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={`Sign out ${browserName(one.agent)}`}
          onClick={() => end(one)}
        >
          Sign out
        </Button>
      ),
  },
];
