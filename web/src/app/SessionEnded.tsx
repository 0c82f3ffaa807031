// The session has ended: sign in again right here, so that nothing on the page is lost; or leave
// for the sign-in page, which leads back.
import { Button, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, unwrap } from '@/api/client';
import { told } from '@/api/errors';
import { whoQuery } from '@/api/session';
import { ErrorNote } from '@/ui/ErrorNote';
import { toastDone } from '@/ui/toast';
import { signIn } from './enter';

type Props = { opened: boolean; onClose: () => void };

export function SessionEnded({ opened, onClose }: Props) {
  const who = useQuery({ ...whoQuery, enabled: false }).data;
  const here = who?.ways.includes('password') && who.email;
  return (
    <Modal opened={opened} onClose={onClose} title="Your session has ended">
      <Stack>
        <Text>
          {here
            ? 'Sign in again to go on. Nothing on this page is lost.'
            : 'Sign in again to go on. Drafts are kept, and you come back to this page.'}
        </Text>
        {here ? (
          <Form email={here} onClose={onClose} />
        ) : (
          <Group justify="flex-end">
            <Button onClick={signIn} data-autofocus>
              Sign in
            </Button>
          </Group>
        )}
      </Stack>
    </Modal>
  );
}

function Form({ email, onClose }: { email: string; onClose: () => void }) {
  const queries = useQueryClient();
  const [password, setPassword] = useState('');
  const [refused, setRefused] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefused(null);
    try {
      const who = await unwrap(api.POST('/api/session', { body: { email, password } }));
      queries.setQueryData(whoQuery.queryKey, who);
      onClose();
      toastDone('You are signed in again.');
      await queries.invalidateQueries();
    } catch (error) {
      setRefused(told(error).sentence);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={send}>
      <Stack>
        <TextInput label="E-mail address" value={email} readOnly autoComplete="username" />
        <PasswordInput
          label="Password"
          data-autofocus
          required
          withAsterisk={false}
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {refused && <ErrorNote sentence={refused} />}
        <Group justify="space-between">
          <Button variant="subtle" color="gray" onClick={signIn}>
            Another way
          </Button>
          <Button type="submit" loading={busy}>
            Sign in
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
