// A new token: what it is for, how long it lives, and what it may.
import { Button, Checkbox, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { useWorkspace } from '@/api/session';
import { ErrorNote } from '@/ui/ErrorNote';
import type { Secret } from '../parts/ShownOnce';
import { useFormSend } from '../parts/useFormSend';
import { tokensQuery } from '../queries';
import { mayDo, type Permission, permissionsOf, type Role, rolesUpTo } from '../roles';

const LIVES = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '366', label: 'A year' },
];

type Props = { opened: boolean; onClose: () => void; onMade: (secret: Secret) => void };

export function NewToken({ opened, onClose, onMade }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="New token">
      <Form onClose={onClose} onMade={onMade} />
    </Modal>
  );
}

type Values = { name: string; expires_in_days: string; role: Role; scopes: Permission[] };

function Form({ onClose, onMade }: Omit<Props, 'opened'>) {
  const queries = useQueryClient();
  const { role } = useWorkspace();
  const form = useForm<Values>({
    initialValues: { name: '', expires_in_days: '90', role: 'viewer', scopes: [] },
  });
  const { busy, refusal, send } = useFormSend(form);
  const make = (values: Values) =>
    send(async () => {
      const body = {
        ...values,
        expires_in_days: Number(values.expires_in_days),
        scopes: values.scopes.filter((scope) => mayDo(values.role, scope)),
      };
      const { token, secret } = await unwrap(api.POST('/api/tokens', { body }));
      await queries.invalidateQueries({ queryKey: tokensQuery.queryKey });
      onMade({
        title: `The token ${token.name}`,
        sentence: 'Programs send it with each request, as "Authorization: Bearer" and the token.',
        label: 'Token',
        value: secret,
      });
    });
  return (
    <form onSubmit={form.onSubmit((values) => void make(values))} noValidate>
      <Stack>
        <TextInput
          label="Name"
          description="What it is for"
          data-autofocus
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        <Group grow align="flex-start">
          <Select
            label="Ends after"
            data={LIVES}
            allowDeselect={false}
            {...form.getInputProps('expires_in_days')}
          />
          <Select
            label="Role"
            data={rolesUpTo(role).map(({ value, label }) => ({ value, label }))}
            allowDeselect={false}
            {...form.getInputProps('role')}
          />
        </Group>
        <Checkbox.Group
          label="Only for"
          description="None chosen: all that the role may"
          {...form.getInputProps('scopes')}
        >
          <Stack gap="xs" mt="xs">
            {permissionsOf(form.values.role).map(({ value, label }) => (
              <Checkbox key={value} value={value} label={label} />
            ))}
          </Stack>
        </Checkbox.Group>
        {refusal && <ErrorNote {...refusal} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Make the token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
