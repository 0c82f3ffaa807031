// A secret that is shown this once: to be copied, then gone.
import { ActionIcon, Button, Code, CopyButton, Group, Modal, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';

export type Secret = { title: string; sentence: ReactNode; label: string; value: string };

type Props = { secret: Secret | null; onClose: () => void };

export function ShownOnce({ secret, onClose }: Props) {
  return (
    <Modal
      opened={secret !== null}
      onClose={onClose}
      title={secret?.title}
      size="lg"
      closeOnClickOutside={false}
    >
      {secret && (
        <Stack>
          <Text>{secret.sentence}</Text>
          <Group gap="xs" wrap="nowrap" align="flex-start">
            <Code block flex={1} aria-label={secret.label} style={{ whiteSpace: 'pre-wrap' }}>
              {secret.value}
            </Code>
            <CopyButton value={secret.value}>
              {({ copied, copy }) => (
                <ActionIcon
                  variant="default"
                  size={36}
                  data-autofocus
                  aria-label={copied ? 'Copied' : `Copy the ${secret.label.toLowerCase()}`}
                  onClick={copy}
                >
                  {copied ? (
                    <IconCheck size={18} color="var(--mu-good)" aria-hidden />
                  ) : (
                    <IconCopy size={18} aria-hidden />
                  )}
                </ActionIcon>
              )}
            </CopyButton>
          </Group>
          <Text size="sm" c="dimmed">
            It is not shown again.
          </Text>
          <Group justify="flex-end">
            <Button onClick={onClose}>I have copied it</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
