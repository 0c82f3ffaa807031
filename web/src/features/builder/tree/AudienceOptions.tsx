// What stands around the conditions: who is asked about, how many are kept, dates and zone.
import {
  Badge,
  Collapse,
  Group,
  JsonInput,
  Stack,
  Text,
  Title,
  UnstyledButton,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight, IconSettings2 } from '@tabler/icons-react';
import { useState } from 'react';
import { DurationField } from '../conditions/DurationField';
import classes from '../conditions/Fields.module.css';
import { MomentField } from '../conditions/MomentField';
import { NameSelect } from '../conditions/NameSelect';
import { WordSelect } from '../conditions/WordSelect';
import { aroundWords } from './around';
import canvasClasses from './Canvas.module.css';
import { CombineOption } from './CombineOption';
import { useCanvas } from './context';
import { isObject } from './json';
import { LimitOption } from './LimitOption';
import type { Around } from './types';
import { UniverseOption } from './UniverseOption';

type Props = { around: Around };
export type SetAround = (said: Partial<Around>, part: string) => void;

export function AudienceOptions({ around }: Props) {
  const { vocabulary, act } = useCanvas();
  const words = aroundWords(around, vocabulary);
  const [open, { toggle }] = useDisclosure(false);
  const set: SetAround = (said, part) => act({ type: 'around', said, part });
  return (
    <section className={canvasClasses.block} data-block="around" aria-label="Audience options">
      <UnstyledButton onClick={toggle} aria-expanded={open} className={canvasClasses.fold}>
        <Group gap={8}>
          {open ? (
            <IconChevronDown size={16} aria-hidden />
          ) : (
            <IconChevronRight size={16} aria-hidden />
          )}
          <IconSettings2 size={18} aria-hidden />
          <Title order={2} size="h3">
            Audience options
          </Title>
          {!open && words.length === 0 && (
            <Text size="sm" c="dimmed">
              who is asked about, how many to keep, dates, time zone
            </Text>
          )}
          {!open && words.map((said) => <Badge key={said}>{said}</Badge>)}
        </Group>
      </UnstyledButton>
      <Collapse expanded={open} keepMounted={false}>
        <Stack gap="sm" pt="sm">
          <UniverseOption universe={around.universe} set={set} />
          <CombineOption around={around} set={set} />
          <LimitOption limit={around.limit} set={set} />
          <DatesOption around={around} set={set} />
          <ZoneOption tz={around.tz} set={set} />
          <div className={classes.line}>
            <WordSelect
              label="How long members may be used"
              value={around.ttl === null ? 'ever' : 'given'}
              words={[
                { value: 'ever', label: 'Members may be used until the next refresh' },
                { value: 'given', label: 'Members may be used for' },
              ]}
              onChange={(next) => set({ ttl: next === 'ever' ? null : 'P7D' }, 'ttl')}
            />
            {around.ttl !== null && (
              <DurationField
                label="Members may be used for"
                value={around.ttl}
                onChange={(ttl) => set({ ttl }, 'ttl')}
              />
            )}
          </div>
          {Object.keys(around.others).length > 0 && <Others others={around.others} set={set} />}
        </Stack>
      </Collapse>
    </section>
  );
}

function DatesOption({ around, set }: { around: Around; set: SetAround }) {
  return (
    <div className={classes.line}>
      <span className={classes.says}>Events without a window of their own count from</span>
      <MomentField
        label="First day"
        value={around.start_date}
        timed
        onChange={(next) => set({ start_date: next ?? null }, 'start date')}
      />
      <span className={classes.says}>to the end of</span>
      <MomentField
        label="Last day"
        value={around.end_date}
        timed
        onChange={(next) => set({ end_date: next ?? null }, 'end date')}
      />
    </div>
  );
}

const zones = (): string[] => Intl.supportedValuesOf('timeZone');

function ZoneOption({ tz, set }: { tz: string | null; set: SetAround }) {
  const { vocabulary } = useCanvas();
  const own = `as the data model: ${vocabulary.time_zone}`;
  return (
    <div className={classes.line}>
      <span className={classes.says}>Days are days in</span>
      <NameSelect
        label="Time zone"
        value={tz ?? '-'}
        names={[
          { value: '-', label: own },
          ...zones().map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') })),
        ]}
        onChange={(next) => set({ tz: next === '-' ? null : next }, 'time zone')}
      />
    </div>
  );
}

function Others({ others, set }: { others: Around['others']; set: SetAround }) {
  const [text, setText] = useState(() => JSON.stringify(others, null, 2));
  const write = (next: string) => {
    setText(next);
    try {
      const value: unknown = JSON.parse(next);
      if (isObject(value)) set({ others: value }, 'other parts');
    } catch {
      // Half-typed JSON is not taken over; the field says so.
    }
  };
  return (
    <JsonInput
      size="xs"
      label="Other parts of the rule"
      description="No form shows these; they are kept as they are."
      autosize
      minRows={2}
      value={text}
      onChange={write}
      validationError="This is not JSON yet; the last good text counts."
    />
  );
}
