// The members with their roles; an admin changes them, and can take that back.
import { ActionIcon, Badge, Group, Select, Text } from '@mantine/core';
import { IconUserMinus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type Schemas, unwrap } from '@/api/client';
import { useWorkspace } from '@/api/session';
import { day } from '@/lib/format';
import { confirm } from '@/ui/confirm';
import { type Column, DataTable } from '@/ui/DataTable';
import { Moment } from '@/ui/Moment';
import { toastDone, toastError } from '@/ui/toast';
import { peopleQuery } from '../queries';
import { ROLES, type Role, roleLabel } from '../roles';

type Member = Schemas['MemberBody'];
type Props = { people: Member[]; mine: string | null };

export function PeopleTable({ people, mine }: Props) {
  const { can, title } = useWorkspace();
  const { changeRole, remove } = useChanges();
  const admin = can('administer');
  const columns: Column<Member>[] = [
    { key: 'name', title: 'Person', cell: (one) => <Person one={one} mine={one.email === mine} /> },
    {
      key: 'role',
      title: 'Role',
      cell: (one) =>
        admin ? (
          <Select
            size="xs"
            w={140}
            aria-label={`Role of ${one.name}`}
            value={one.role}
            allowDeselect={false}
            data={ROLES.map(({ value, label }) => ({ value, label }))}
            onChange={(role) => role && changeRole(one, role as Role)}
          />
        ) : (
          roleLabel(one.role)
        ),
    },
    { key: 'since', title: 'Since', cell: (one) => day(one.since), wideOnly: true },
    { key: 'seen', title: 'Last seen', cell: (one) => <Moment at={one.last_seen_at} /> },
  ];
  if (admin)
    columns.push({
      key: 'actions',
      title: 'Remove',
      width: 60,
      cell: (one) => (
        <ActionIcon
          size={32}
          aria-label={`Remove ${one.name} from the workspace`}
          onClick={() =>
            confirm({
              title: `Remove ${one.name}?`,
              body: `${one.name} can no longer enter ${title}, and their API tokens for it end. Rules they wrote stay.`,
              confirm: 'Remove',
              onConfirm: () => remove.mutate(one),
            })
          }
        >
          <IconUserMinus size={18} aria-hidden />
        </ActionIcon>
      ),
    });
  return <DataTable label="People" rows={people} rowKey={(one) => one.user_id} columns={columns} />;
}

function Person({ one, mine }: { one: Member; mine: boolean }) {
  return (
    <div>
      <Group gap={6}>
        <Text fw={600} size="sm">
          {one.name}
        </Text>
        {mine && <Badge size="sm">you</Badge>}
        {one.disabled && <Badge size="sm">account closed</Badge>}
      </Group>
      <Text size="sm" c="dimmed">
        {one.email}
      </Text>
    </div>
  );
}

function useChanges() {
  const queries = useQueryClient();
  const refresh = () =>
    queries.invalidateQueries({
      predicate: ({ queryKey: [noun] }) => ['people', 'workspace', 'audit'].includes(String(noun)),
    });
  const send = (one: Member, role: Role) =>
    unwrap(
      api.PATCH('/api/people/{user_id}', {
        params: { path: { user_id: one.user_id } },
        body: { role, reason: '' },
      }),
    );
  const changeRole = async (one: Member, role: Role) => {
    if (role === one.role) return;
    // The new role shows at once; a refusal puts the old one back.
    queries.setQueryData(
      peopleQuery.queryKey,
      (known) =>
        known && {
          ...known,
          items: known.items.map((it) => (it.user_id === one.user_id ? { ...it, role } : it)),
        },
    );
    try {
      await send(one, role);
      toastDone(`${one.name} is now ${roleLabel(role)}.`, {
        undo: () => void changeRole({ ...one, role }, one.role),
      });
    } catch (error) {
      toastError(error);
    }
    await refresh();
  };
  const remove = useMutation({
    mutationFn: (one: Member) =>
      unwrap(api.DELETE('/api/people/{user_id}', { params: { path: { user_id: one.user_id } } })),
    onSuccess: async (_, one) => {
      toastDone(`${one.name} was removed.`);
      await refresh();
    },
    onError: toastError,
  });
  return { changeRole, remove };
}
