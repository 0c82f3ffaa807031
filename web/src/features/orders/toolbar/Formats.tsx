// Conditional formats: rules that give cells a tone, the first that holds wins.
import {
  ActionIcon,
  Button,
  Group,
  NativeSelect,
  Popover,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPalette, IconPlus, IconTrash } from '@tabler/icons-react';
import { useDesk } from '../desk';
import { OP_WORDS } from '../fields';
import { FORMAT_OPS } from '../formats';
import { useBench } from '../grid/bench';
import { useStore } from '../store';
import { type Format, type Op, TONES, type Tone } from '../types';

const TONE_WORDS: Record<Tone, string> = {
  good: 'Green',
  warn: 'Amber',
  bad: 'Red',
  info: 'Blue',
  dim: 'Grey',
};
const NO_VALUE: Op[] = ['empty', 'not_empty'];
const FIRST: Format = { field: 'total_amount', op: '>', value: '1000', tone: 'info' };

export function Formats() {
  const bench = useBench();
  const formats = useStore(bench.formats);
  const [opened, { close, toggle }] = useDisclosure();
  const set = (next: Format[]) => {
    bench.formats.set(next);
    bench.grid.current?.redraw();
  };
  const change = (place: number, part: Partial<Format>) =>
    set(formats.map((one, at) => (at === place ? { ...one, ...part } : one)));
  return (
    <Popover
      opened={opened}
      onChange={(next) => !next && close()}
      width={520}
      trapFocus
      shadow="md"
      position="bottom-start"
    >
      <Popover.Target>
        <Button
          variant="default"
          onClick={toggle}
          leftSection={<IconPalette size={16} aria-hidden />}
        >
          Formats{formats.length > 0 && ` (${formats.length})`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown bg="var(--mu-raised)" maw="95vw" aria-label="Conditional formats">
        <Stack gap="sm">
          {formats.length === 0 && (
            <Text size="sm" c="dimmed">
              Cells wear a colour where a condition holds. The first rule that holds wins; they are
              kept with the view.
            </Text>
          )}
          {formats.map((format, place) => (
            <Rule
              // biome-ignore lint/suspicious/noArrayIndexKey: rules have nothing else to be known by
              key={place}
              format={format}
              onChange={(part) => change(place, part)}
              onRemove={() => set(formats.filter((_, at) => at !== place))}
            />
          ))}
          <Group>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={() => set([...formats, FIRST])}
            >
              Add a rule
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

type RuleProps = {
  format: Format;
  onChange: (part: Partial<Format>) => void;
  onRemove: () => void;
};

function Rule({ format, onChange, onRemove }: RuleProps) {
  const desk = useDesk();
  return (
    <Group gap={6} wrap="nowrap">
      <NativeSelect
        size="xs"
        aria-label="Field"
        value={format.field}
        onChange={(event) => onChange({ field: event.currentTarget.value })}
        data={desk.fields.map(({ name, label }) => ({ value: name, label }))}
      />
      <NativeSelect
        size="xs"
        aria-label="Comparison"
        value={format.op}
        onChange={(event) => onChange({ op: event.currentTarget.value as Op })}
        data={FORMAT_OPS.map((op) => ({ value: op, label: OP_WORDS[op] }))}
      />
      {!NO_VALUE.includes(format.op) && (
        <TextInput
          size="xs"
          aria-label="Value"
          value={String(format.value ?? '')}
          onChange={(event) => onChange({ value: event.currentTarget.value })}
          w={100}
        />
      )}
      <NativeSelect
        size="xs"
        aria-label="Colour"
        value={format.tone}
        onChange={(event) => onChange({ tone: event.currentTarget.value as Tone })}
        data={TONES.map((tone) => ({ value: tone, label: TONE_WORDS[tone] }))}
      />
      <ActionIcon size={28} aria-label="Remove this rule" onClick={onRemove}>
        <IconTrash size={15} aria-hidden />
      </ActionIcon>
    </Group>
  );
}
