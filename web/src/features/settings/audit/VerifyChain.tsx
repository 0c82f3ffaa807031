// Prove that nothing in the log was changed: each entry's hash covers the one before. A head that
// was kept elsewhere also proves that nothing was cut off its end.
import { Button, Code, CopyButton, Group, Paper, Stack, Text, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, type Schemas, unwrap } from '@/api/client';
import { told } from '@/api/errors';
import { count, plural } from '@/lib/format';
import { ErrorNote } from '@/ui/ErrorNote';
import { Section } from '../parts/Section';

type Result = Schemas['AuditVerificationBody'];

export function VerifyChain() {
  const [head, setHead] = useState('');
  const verify = useMutation({
    mutationFn: () =>
      unwrap(
        api.GET('/api/audit/verify', { params: { query: { head: head.trim() || undefined } } }),
      ),
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    verify.mutate();
  };
  return (
    <Section
      title="Verify the log"
      description="Every entry seals the one before it. Computing the seals anew shows whether anything was altered, removed or put in between."
    >
      <form onSubmit={send}>
        <Group align="flex-end" gap="sm">
          <TextInput
            label="A head kept elsewhere (optional)"
            placeholder="32:sha256:…"
            value={head}
            onChange={(event) => setHead(event.currentTarget.value)}
            flex="1 1 16rem"
            maw="32rem"
            autoComplete="off"
          />
          <Button type="submit" variant="default" loading={verify.isPending}>
            Verify
          </Button>
        </Group>
      </form>
      <div role="status">
        {verify.data && <Outcome result={verify.data} />}
        {verify.isError && <ErrorNote {...told(verify.error)} />}
      </div>
    </Section>
  );
}

function Outcome({ result }: { result: Result }) {
  const { holds, entries, sealed, before_chain, head, broken } = result;
  return (
    <Paper withBorder p="md" bg="var(--mu-surface)">
      <Group align="flex-start" wrap="nowrap" gap="sm">
        {holds ? (
          <IconShieldCheck size={24} color="var(--mu-good)" aria-hidden />
        ) : (
          <IconAlertTriangle size={24} color="var(--mu-bad)" aria-hidden />
        )}
        <Stack gap={6} miw={0} flex={1}>
          <Text fw={600}>
            {holds
              ? `The log is whole: all ${count(entries)} entries are as they were written.`
              : `The log was tampered with. ${broken?.sentence ?? ''}`}
          </Text>
          <Text size="sm" c="dimmed">
            {!holds && `${plural(entries, 'entry holds', 'entries hold')} before it. `}
            {sealed > 0 && `${count(sealed)} are sealed with a key. `}
            {before_chain > 0 && `${count(before_chain)} older entries are proven by nothing.`}
          </Text>
          {head && (
            <Group gap="xs" wrap="nowrap">
              <Code style={{ overflowWrap: 'anywhere' }}>{head}</Code>
              <CopyButton value={head}>
                {({ copied, copy }) => (
                  <Button size="compact-sm" variant="default" onClick={copy} flex="none">
                    {copied ? 'Copied' : 'Copy the head'}
                  </Button>
                )}
              </CopyButton>
            </Group>
          )}
        </Stack>
      </Group>
    </Paper>
  );
}
