// What can be done with several chosen rows.
import { Button, Group, Paper, Text } from '@mantine/core';
import { plural } from '@/lib/format';
import { useCanvas } from './context';
import { placeIn } from './reduce';
import type { Audience } from './types';

export function MarkedBar({ audience, onClear }: { audience: Audience; onClear: () => void }) {
  const { marked, act, blocks } = useCanvas();
  if (!marked.size || !blocks) return null;
  const ids = [...marked];
  const parents = new Set(ids.map((id) => placeIn(audience, id)?.parent.id));
  const isExcluded = parents.has(blocks.exclude);
  const then = (what: () => void) => () => {
    what();
    onClear();
  };
  return (
    <Paper
      withBorder
      role="region"
      aria-label="Selected conditions"
      p="xs"
      mt="md"
      bg="var(--mu-raised)"
      pos="sticky"
      bottom={{ base: 72, sm: 8 }}
      style={{ zIndex: 5 }}
    >
      <Group gap="xs">
        <Text size="sm">{plural(ids.length, 'condition')} selected</Text>
        <Button
          size="compact-sm"
          variant="default"
          disabled={parents.size > 1}
          onClick={then(() => act({ type: 'wrap', ids }))}
        >
          Group
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          onClick={then(() => act({ type: 'duplicate', ids }))}
        >
          Duplicate
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          onClick={then(() =>
            act({
              type: 'put',
              ids,
              parent: isExcluded ? blocks.include : blocks.exclude,
              at: 1_000,
            }),
          )}
        >
          {isExcluded ? 'Include instead' : 'Exclude instead'}
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          onClick={then(() => act({ type: 'remove', ids }))}
        >
          Remove
        </Button>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={onClear}>
          Clear the selection
        </Button>
      </Group>
    </Paper>
  );
}
