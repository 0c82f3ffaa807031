// Another password; all other browsers of one's are signed out by it.
import { Button, Group, Paper, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { ErrorNote } from '@/ui/ErrorNote';
import { toastDone } from '@/ui/toast';
import { Section } from '../parts/Section';
import { useFormSend } from '../parts/useFormSend';
import { sessionsQuery } from '../queries';

export function PasswordForm({ email }: { email: string }) {
  const queries = useQueryClient();
  const form = useForm({ initialValues: { current_password: '', new_password: '' } });
  const { busy, refusal, send } = useFormSend(form);
  const change = async (body: typeof form.values) => {
    const went = await send(() => unwrap(api.POST('/api/session/password', { body })));
    if (!went) return;
    form.reset();
    toastDone('Your password is changed. Your other browsers are signed out.');
    await queries.invalidateQueries({ queryKey: sessionsQuery.queryKey });
  };
  return (
    <Section id="password" title="Change password">
      <Paper withBorder p="md" bg="var(--mu-surface)">
        <form onSubmit={form.onSubmit((values) => void change(values))} noValidate>
          <Stack maw="24rem">
            <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
            <PasswordInput
              label="Present password"
              autoComplete="current-password"
              {...form.getInputProps('current_password')}
              aria-invalid={form.errors.current_password ? true : undefined}
            />
            <PasswordInput
              label="New password"
              description="12 to 256 characters; a few words are fine"
              autoComplete="new-password"
              {...form.getInputProps('new_password')}
              aria-invalid={form.errors.new_password ? true : undefined}
            />
            {refusal && <ErrorNote {...refusal} />}
            <Group>
              <Button type="submit" loading={busy}>
                Change password
              </Button>
            </Group>
          </Stack>
        </form>
      </Paper>
    </Section>
  );
}
