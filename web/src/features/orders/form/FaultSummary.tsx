// What is wrong with a form, at its top: each leads to its field.
import { Anchor, List, Paper, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { plural } from '@/lib/format';
import type { FormFault } from './faults';

export function FaultSummary({ faults }: { faults: readonly FormFault[] }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (faults.length > 0) box.current?.focus();
  }, [faults]);
  if (faults.length === 0) return null;
  const go = (target: string) => {
    const field = document.getElementById(target);
    field?.scrollIntoView({ block: 'center' });
    field?.focus();
  };
  return (
    <Paper ref={box} withBorder p="md" bg="var(--mu-surface)" role="alert" tabIndex={-1}>
      <Text fw={600} className="mu-fault">
        {plural(faults.length, 'thing')} to mend before this can be saved
      </Text>
      <List size="sm" mt="xs">
        {faults.map(({ target, sentence }) => (
          <List.Item key={`${target} ${sentence}`}>
            {target === null ? (
              sentence
            ) : (
              <Anchor
                component="button"
                type="button"
                size="sm"
                underline="always"
                ta="left"
                onClick={() => go(target)}
              >
                {sentence}
              </Anchor>
            )}
          </List.Item>
        ))}
      </List>
    </Paper>
  );
}
