// Invite somebody: the server makes a link that opens their account, to be handed over.
import { Button, Group, Modal, Radio, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { useWorkspace } from '@/api/session';
import { day } from '@/lib/format';
import { ErrorNote } from '@/ui/ErrorNote';
import type { Secret } from '../parts/ShownOnce';
import { useFormSend } from '../parts/useFormSend';
import { invitationsQuery } from '../queries';
import { ROLES, type Role, roleLabel } from '../roles';

type Props = { opened: boolean; onClose: () => void; onInvited: (link: Secret) => void };

export function InviteDialog({ opened, onClose, onInvited }: Props) {
  const { title } = useWorkspace();
  return (
    <Modal opened={opened} onClose={onClose} title={`Invite somebody to ${title}`}>
      <Form onClose={onClose} onInvited={onInvited} />
    </Modal>
  );
}

function Form({ onClose, onInvited }: Omit<Props, 'opened'>) {
  const queries = useQueryClient();
  const form = useForm<{ email: string; role: Role }>({
    initialValues: { email: '', role: 'analyst' },
  });
  const { busy, refusal, send } = useFormSend(form);
  const invite = (body: typeof form.values) =>
    send(async () => {
      const { invitation, token } = await unwrap(api.POST('/api/invitations', { body }));
      await queries.invalidateQueries({ queryKey: invitationsQuery.queryKey });
      onInvited({
        title: `Invitation for ${invitation.email}`,
        sentence: `Send this link to ${invitation.email} and nobody else: it opens an account as ${roleLabel(invitation.role)}. It is good until ${day(invitation.expires_at)}.`,
        label: 'Link',
        value: `${window.location.origin}/invitation?token=${encodeURIComponent(token)}`,
      });
    });
  return (
    <form onSubmit={form.onSubmit((values) => void invite(values))} noValidate>
      <Stack>
        <TextInput
          label="E-mail address"
          type="email"
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('email')}
        />
        <Radio.Group label="Role" {...form.getInputProps('role')}>
          <Stack gap="xs" mt="xs">
            {ROLES.map(({ value, label, sentence }) => (
              <Radio key={value} value={value} label={label} description={sentence} />
            ))}
          </Stack>
        </Radio.Group>
        {refusal && <ErrorNote {...refusal} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Make the link
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
