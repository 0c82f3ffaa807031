// A text to read and to copy.
import { Button, Code, CopyButton, Group, Stack } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';

type Props = { text: string; what: string; beside?: ReactNode; plain?: boolean };

export function CopyOne({ text, what }: { text: string; what: string }) {
  return (
    <CopyButton value={text} timeout={2000}>
      {({ copied, copy }) => (
        <Button
          size="xs"
          variant="default"
          onClick={copy}
          leftSection={
            copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />
          }
        >
          {copied ? 'Copied' : `Copy the ${what}`}
        </Button>
      )}
    </CopyButton>
  );
}

export function CopyText({ text, what, beside, plain = false }: Props) {
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        {beside ?? <span />}
        <CopyOne text={text} what={what} />
      </Group>
      <Code
        block
        tabIndex={0}
        fz="sm"
        bg="var(--mu-surface)"
        c="var(--mu-text)"
        style={{
          border: '1px solid var(--mu-line)',
          whiteSpace: 'pre-wrap',
          fontFamily: plain ? 'inherit' : undefined,
          lineHeight: plain ? 1.6 : undefined,
        }}
      >
        {text}
      </Code>
    </Stack>
  );
}
