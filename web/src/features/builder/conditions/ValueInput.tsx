// The value of a test: typed by the field's type and by what the operator takes.
import { Text, TextInput } from '@mantine/core';
import type { Json } from '../tree/types';
import { DurationField } from './DurationField';
import { ALL, CALENDAR } from './durations';
import classes from './Fields.module.css';
import { MomentField } from './MomentField';
import { NumberField } from './NumberField';
import { isTime, type Takes } from './operand';
import type { Field, Lookup } from './suggestions';
import { TextValueField } from './TextValueField';
import { ValuesField } from './ValuesField';
import { WordSelect } from './WordSelect';

type Props = {
  field: Field;
  takes: Takes;
  op: string;
  value: Json;
  lookup: Lookup;
  onChange: (value: Json, part: string) => void;
  describedBy?: string;
};

export function ValueInput(props: Props) {
  const { field, takes, op, value, onChange, describedBy } = props;
  if (takes === 'none') return null;
  if (takes === 'range') return <Range {...props} />;
  if (takes === 'duration')
    return (
      <DurationField
        label={field.label}
        value={typeof value === 'string' ? value : 'P30D'}
        units={field.type === 'date' || op === 'anniversary_in' ? CALENDAR : ALL}
        describedBy={describedBy}
        onChange={(next) => onChange(next, 'value')}
      />
    );
  if (takes === 'many')
    return (
      <ValuesField
        label={field.label}
        field={field}
        lookup={props.lookup}
        value={value}
        describedBy={describedBy}
        onChange={(next) => onChange(next, 'value')}
      />
    );
  if (takes === 'pattern' || takes === 'text') return <PartOfText {...props} />;
  return <One {...props} label={field.label} onChange={(next) => onChange(next, 'value')} />;
}

type OneProps = Omit<Props, 'onChange'> & { label: string; onChange: (value: Json) => void };

function One({ field, label, value, lookup, onChange, describedBy }: OneProps) {
  switch (field.type) {
    case 'boolean':
      return (
        <WordSelect
          label={label}
          value={value === undefined ? '' : String(value)}
          words={[
            { value: 'true', label: 'yes' },
            { value: 'false', label: 'no' },
          ]}
          describedBy={describedBy}
          onChange={(next) => onChange(next === 'true')}
        />
      );
    case 'integer':
    case 'number':
    case 'decimal':
    case 'money':
      return (
        <NumberField
          label={label}
          type={field.type}
          currency={field.currency}
          value={value}
          describedBy={describedBy}
          onChange={onChange}
        />
      );
    case 'date':
    case 'timestamp':
      return (
        <MomentField
          label={label}
          value={value}
          timed={field.type === 'timestamp'}
          describedBy={describedBy}
          onChange={onChange}
        />
      );
    default:
      return (
        <TextValueField
          label={label}
          field={field}
          lookup={lookup}
          value={value}
          describedBy={describedBy}
          onChange={onChange}
        />
      );
  }
}

function Range(props: Props) {
  const { field, value, onChange } = props;
  const [low, high] = Array.isArray(value) ? value : [value, undefined];
  // An end that is missing is an empty text: the pair keeps its shape, and is not complete.
  const write = (ends: Json[], part: string) =>
    onChange(
      ends.every((end) => end === undefined || end === '')
        ? undefined
        : ends.map((end) => end ?? ''),
      part,
    );
  const blank = (end: Json) => (end === '' ? undefined : end);
  return (
    <>
      <One
        {...props}
        label={`${field.label} from`}
        value={blank(low)}
        onChange={(next) => write([next, high], 'from')}
      />
      <span className={classes.says}>and</span>
      <One
        {...props}
        label={`${field.label} to`}
        value={blank(high)}
        onChange={(next) => write([low, next], 'to')}
      />
      {isTime(field.type) && (
        <Text size="xs" c="dimmed">
          (the second is not included)
        </Text>
      )}
    </>
  );
}

const HELP: Record<string, string> = {
  like: '% stands for any letters, _ for one',
  regex: 'a regular expression, e.g. ^[A-Z]+[0-9]{2}$',
};

function PartOfText({ field, op, value, onChange, describedBy }: Props) {
  return (
    <>
      <TextInput
        size="xs"
        className={classes.fit}
        aria-label={field.label}
        aria-describedby={describedBy}
        ff={op === 'regex' ? 'monospace' : undefined}
        placeholder="text…"
        autoComplete="off"
        spellCheck={false}
        value={typeof value === 'string' ? value : ''}
        onChange={(event) => onChange(event.currentTarget.value || undefined, 'value')}
      />
      {HELP[op] && (
        <Text size="xs" c="dimmed">
          {HELP[op]}
        </Text>
      )}
    </>
  );
}
