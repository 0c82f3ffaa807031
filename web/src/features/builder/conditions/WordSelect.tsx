// A choice among a few words inside a sentence, as wide as the chosen one.
import { NativeSelect } from '@mantine/core';
import classes from './Fields.module.css';

export type Word = { value: string; label: string };

type Props = {
  label: string;
  value: string;
  words: Word[];
  onChange: (value: string) => void;
  describedBy?: string;
  /** For the focus: this is how many of a group must match. */
  match?: string;
};

export function WordSelect({ label, value, words, onChange, describedBy, match }: Props) {
  const known = words.some((word) => word.value === value);
  return (
    <NativeSelect
      size="xs"
      className={classes.fit}
      aria-label={label}
      aria-describedby={describedBy}
      data-match={match}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={known ? words : [{ value, label: value || 'choose…' }, ...words]}
    />
  );
}
