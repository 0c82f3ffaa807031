// Tokens for programs: what each is good for and when it was used; the secret shows once.
import { Badge, Button, Group, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Schemas, unwrap } from '@/api/client';
import { useWorkspace } from '@/api/session';
import { Chip } from '@/ui/chips';
import { confirm } from '@/ui/confirm';
import { type Column, DataTable } from '@/ui/DataTable';
import { EmptyNote } from '@/ui/EmptyNote';
import { Moment } from '@/ui/Moment';
import { StateView } from '@/ui/StateView';
import { toastDone, toastError } from '@/ui/toast';
import { Section } from '../parts/Section';
import { type Secret, ShownOnce } from '../parts/ShownOnce';
import { tokensQuery } from '../queries';
import { roleLabel } from '../roles';
import { NewToken } from './NewToken';

type Token = Schemas['TokenBody'];

export function TokensTab() {
  const tokens = useQuery(tokensQuery);
  const { can } = useWorkspace();
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState<Secret | null>(null);
  const columns = useColumns();
  return (
    <Section
      title="API tokens"
      description={
        <>
          For programs that speak to the API in your name, up to what your role may.{' '}
          {can('administer') ? 'As an admin you see those of everybody.' : 'You see your own.'}
        </>
      }
      actions={
        <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setMaking(true)}>
          New token
        </Button>
      }
    >
      <StateView
        query={tokens}
        isEmpty={({ items }) => items.length === 0}
        empty={
          <EmptyNote title="No token yet">
            A token lets a script read segments or refresh them without a password.
          </EmptyNote>
        }
      >
        {({ items }) => (
          <DataTable label="API tokens" rows={items} rowKey={(one) => one.id} columns={columns} />
        )}
      </StateView>
      <NewToken
        opened={making}
        onClose={() => setMaking(false)}
        onMade={(made) => {
          setMaking(false);
          setSecret(made);
        }}
      />
      <ShownOnce secret={secret} onClose={() => setSecret(null)} />
    </Section>
  );
}

function useColumns(): Column<Token>[] {
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: (one: Token) =>
      unwrap(api.DELETE('/api/tokens/{token_id}', { params: { path: { token_id: one.id } } })),
    onSuccess: async (_, one) => {
      toastDone(`The token ${one.name} is revoked.`);
      await queries.invalidateQueries({ queryKey: tokensQuery.queryKey });
    },
    onError: toastError,
  });
  return [
    {
      key: 'name',
      title: 'Token',
      cell: (one) => (
        <div>
          <Text size="sm" fw={600}>
            {one.name}
          </Text>
          <Text size="xs" c="dimmed" ff="monospace">
            {one.prefix}…
          </Text>
          <Text size="xs" c="dimmed">
            by {one.created_by}
          </Text>
        </div>
      ),
    },
    { key: 'may', title: 'May', cell: (one) => <May token={one} /> },
    { key: 'state', title: 'State', cell: (one) => <State token={one} /> },
    { key: 'used', title: 'Last used', cell: (one) => <Moment at={one.last_used_at} /> },
    {
      key: 'revoke',
      title: 'Revoke',
      width: 100,
      cell: (one) =>
        one.state === 'active' && (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`Revoke the token ${one.name}`}
            onClick={() =>
              confirm({
                title: `Revoke the token ${one.name}?`,
                body: 'Programs that use it are refused from now on.',
                confirm: 'Revoke',
                onConfirm: () => revoke.mutate(one),
              })
            }
          >
            Revoke
          </Button>
        ),
    },
  ];
}

function May({ token }: { token: Token }) {
  if (token.scopes.length === 0) return <>All of {roleLabel(token.role)}</>;
  return (
    <Group gap={4}>
      {token.scopes.map((scope) => (
        <Badge key={scope}>{scope.replace('_', ' ')}</Badge>
      ))}
    </Group>
  );
}

function State({ token }: { token: Token }) {
  if (token.state === 'active')
    return (
      <div>
        <Chip tone="good">Active</Chip>
        <Text size="xs" c="dimmed" mt={4} component="div">
          ends <Moment at={token.expires_at} />
        </Text>
      </div>
    );
  return <Chip tone="dim">{token.state === 'expired' ? 'Expired' : 'Revoked'}</Chip>;
}
