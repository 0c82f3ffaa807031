// Invitations that wait to be taken up; each can be taken back.
import { Button, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type Schemas, unwrap } from '@/api/client';
import { confirm } from '@/ui/confirm';
import { type Column, DataTable } from '@/ui/DataTable';
import { Moment } from '@/ui/Moment';
import { StateView } from '@/ui/StateView';
import { toastDone, toastError } from '@/ui/toast';
import { Section } from '../parts/Section';
import { invitationsQuery } from '../queries';
import { roleLabel } from '../roles';

type Invitation = Schemas['InvitationBody'];

export function Invitations() {
  const invitations = useQuery(invitationsQuery);
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: (one: Invitation) =>
      unwrap(
        api.DELETE('/api/invitations/{invitation_id}', {
          params: { path: { invitation_id: one.id } },
        }),
      ),
    onSuccess: async (_, one) => {
      toastDone(`The invitation of ${one.email} is revoked.`);
      await queries.invalidateQueries({ queryKey: invitationsQuery.queryKey });
    },
    onError: toastError,
  });
  const columns: Column<Invitation>[] = [
    { key: 'email', title: 'E-mail address', cell: (one) => one.email },
    { key: 'role', title: 'Role', cell: (one) => roleLabel(one.role) },
    { key: 'by', title: 'Invited by', cell: (one) => one.invited_by, wideOnly: true },
    { key: 'until', title: 'Ends', cell: (one) => <Moment at={one.expires_at} /> },
    {
      key: 'revoke',
      title: 'Revoke',
      width: 100,
      cell: (one) => (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={`Revoke the invitation of ${one.email}`}
          onClick={() =>
            confirm({
              title: `Revoke the invitation of ${one.email}?`,
              body: 'Its link stops working. You can invite them again.',
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
  return (
    <Section title="Open invitations" description="Links that nobody has used yet.">
      <StateView query={invitations}>
        {({ items }) => {
          const open = items.filter(({ state }) => state === 'open');
          if (open.length === 0) return <Text c="dimmed">No invitation is open.</Text>;
          return (
            <DataTable
              label="Open invitations"
              rows={open}
              rowKey={(one) => one.id}
              columns={columns}
            />
          );
        }}
      </StateView>
    </Section>
  );
}
