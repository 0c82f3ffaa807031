// What else a schedule has: its zone, from when to when it fires, and what becomes of missed times.
import {
  Collapse,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  TextInput,
  UnstyledButton,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import type { Schemas } from '@/api/client';
import { Zone } from './Zone';

export type Options = Schemas['ScheduleInput'];

const MISFIRE: { value: Options['misfire']; label: string }[] = [
  { value: 'once', label: 'Make up for the last one' },
  { value: 'all', label: 'Make up for each one' },
  { value: 'skip', label: 'Make up for none' },
];

type Props = { options: Options; onChange: (options: Options) => void; disabled?: boolean };

/** An instant as a field for local times shows it, and back. */
const local = (iso: string | null): string => {
  if (iso === null) return '';
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};
const instant = (text: string): string | null =>
  text === '' ? null : new Date(text).toISOString();

export function ScheduleOptions({ options, onChange, disabled }: Props) {
  const [open, { toggle }] = useDisclosure();
  const Sign = open ? IconChevronDown : IconChevronRight;
  const set = (said: Partial<Options>) => onChange({ ...options, ...said });
  return (
    <Stack gap="xs">
      <UnstyledButton onClick={toggle} aria-expanded={open} mih={24} w="fit-content" fz="sm">
        <Group gap={4}>
          <Sign size={16} aria-hidden /> Zone, pauses and missed times
        </Group>
      </UnstyledButton>
      <Collapse expanded={open}>
        <Stack gap="sm">
          <Group gap="sm" align="flex-end">
            <Zone
              value={options.time_zone}
              onChange={(time_zone) => set({ time_zone })}
              disabled={disabled}
            />
            <Select
              label="If times passed while no server ran"
              w={260}
              allowDeselect={false}
              data={MISFIRE}
              value={options.misfire}
              onChange={(misfire) => misfire && set({ misfire: misfire as Options['misfire'] })}
              disabled={disabled}
            />
            <NumberInput
              label="But none older than (minutes)"
              w={220}
              min={0}
              max={10_080}
              value={Math.round(options.grace_seconds / 60)}
              onChange={(minutes) => set({ grace_seconds: (Number(minutes) || 0) * 60 })}
              disabled={disabled}
            />
          </Group>
          <Group gap="sm" align="flex-end">
            <TextInput
              type="datetime-local"
              label="Not before"
              value={local(options.starts_at)}
              onChange={(event) => set({ starts_at: instant(event.currentTarget.value) })}
              disabled={disabled}
            />
            <TextInput
              type="datetime-local"
              label="Not from then on"
              value={local(options.ends_at)}
              onChange={(event) => set({ ends_at: instant(event.currentTarget.value) })}
              disabled={disabled}
            />
            <Switch
              label="Paused"
              checked={options.paused}
              onChange={(event) => set({ paused: event.currentTarget.checked })}
              disabled={disabled}
              mb={8}
            />
          </Group>
        </Stack>
      </Collapse>
    </Stack>
  );
}
