// The seldom options of what somebody did: more sources, whole days, and who has been known long enough.
import { Switch } from '@mantine/core';
import { asList } from '../tree/events';
import { nameOf } from '../tree/names';
import type { LeafOf } from '../tree/types';
import { DurationField } from './DurationField';
import { durationWords } from './durations';
import { SeveralEvents } from './EventsField';
import { More, Option } from './More';
import { howOf, isPattern, type Observed, observedFor, observedOf } from './occurrence';
import { useSet } from './set';
import { WordSelect } from './WordSelect';

const OBSERVED: { value: Observed; label: string }[] = [
  { value: 'model', label: 'as the data model says' },
  { value: 'window', label: 'only who is known since the window began' },
  { value: 'length', label: 'only who is known for at least…' },
  { value: 'anyone', label: 'everyone, however new' },
];

export function DidMore({ leaf }: { leaf: LeafOf<'did'> }) {
  const set = useSet(leaf);
  const did = leaf.value;
  const how = howOf(did);
  const { mode, length } = observedOf(did);
  const wholeDays = did.regular?.anchor === 'calendar_day';
  const known =
    mode === 'length'
      ? `known for ${durationWords(length)}`
      : mode !== 'model' &&
        (mode === 'anyone' ? 'newcomers count, too' : 'known since the window began');
  return (
    <More of={nameOf(leaf)} said={[known, wholeDays && 'whole days']}>
      {asList(did.did).length === 1 && (
        <Option title="Count together with">
          <SeveralEvents
            label="Events counted together"
            value={did.did}
            onChange={(next) => set({ did: next })}
          />
        </Option>
      )}
      {!isPattern(how) && (
        <Option title="Absence counts for">
          <WordSelect
            label="Absence counts for"
            value={mode}
            words={OBSERVED}
            onChange={(next) => set({ observed: observedFor(next as Observed, length) })}
          />
          {mode === 'length' && (
            <DurationField
              label="Known for at least"
              value={length}
              onChange={(next) => set({ observed: observedFor('length', next) })}
            />
          )}
        </Option>
      )}
      {did.regular && (
        <Switch
          size="xs"
          label="Periods of whole calendar days"
          checked={wholeDays}
          onChange={(event) => {
            const { anchor: _, ...rest } = did.regular ?? { each: 'P7D', hit: 3, of: 4 };
            set({
              regular: event.currentTarget.checked ? { ...rest, anchor: 'calendar_day' } : rest,
            });
          }}
        />
      )}
    </More>
  );
}
