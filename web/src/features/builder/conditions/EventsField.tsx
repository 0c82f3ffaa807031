// Which events: of one source, or of several counted together.
import { MultiSelect } from '@mantine/core';
import { useCanvas } from '../tree/context';
import { asList } from '../tree/events';
import classes from './Fields.module.css';
import { NameSelect } from './NameSelect';

type Props = {
  label?: string;
  value: string | string[];
  onChange: (value: string | string[]) => void;
};

const namesOf = (vocabulary: ReturnType<typeof useCanvas>['vocabulary']) =>
  vocabulary.events.map(({ name, label }) => ({ value: name, label }));

export function EventsField({ label = 'Event', value, onChange }: Props) {
  const { vocabulary } = useCanvas();
  const chosen = asList(value);
  if (chosen.length === 1)
    return (
      <NameSelect
        label={label}
        value={chosen[0] ?? ''}
        names={namesOf(vocabulary)}
        onChange={onChange}
      />
    );
  return <SeveralEvents label={label} value={value} onChange={onChange} />;
}

/** Several sources at once; one left is written as one. */
export function SeveralEvents({ label = 'Events', value, onChange }: Props) {
  const { vocabulary } = useCanvas();
  const known = namesOf(vocabulary);
  const chosen = asList(value);
  const missing = chosen.filter((name) => !known.some((one) => one.value === name));
  return (
    <MultiSelect
      size="xs"
      className={classes.values}
      aria-label={label}
      value={chosen}
      data={[...known, ...missing.map((name) => ({ value: name, label: `${name} (unknown)` }))]}
      hidePickedOptions
      onChange={(next) => next.length && onChange(next.length === 1 ? (next[0] as string) : next)}
    />
  );
}
