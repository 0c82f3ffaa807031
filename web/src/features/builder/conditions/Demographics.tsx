// Several attributes at once, each with the values that are wanted.
import { Chip, Group } from '@mantine/core';
import type { Schemas } from '@/api/client';
import { useCanvas } from '../tree/context';
import { asList } from '../tree/events';
import classes from './Fields.module.css';
import type { Facets } from './facets';
import { isClosed } from './TextValueField';
import { ValuesField } from './ValuesField';

type Chosen = NonNullable<Facets['demographics']>;
type Props = { value: Chosen; onChange: (value: Chosen, part: string) => void };
type Field = Schemas['FieldBody'];

const MOST_CHIPS = 6;

export function Demographics({ value, onChange }: Props) {
  const { vocabulary } = useCanvas();
  const { demographics } = vocabulary.facets;
  const names = [...new Set([...demographics, ...Object.keys(value)])];
  const write = (name: string, next: (string | number | boolean)[]) => {
    const { [name]: _, ...others } = value;
    onChange(next.length ? { ...others, [name]: next } : others, name);
  };
  return (
    <div className={classes.stack}>
      {names.map((name) => {
        const field = vocabulary.attributes.find((one) => one.name === name);
        const chosen = asList(value[name]);
        return (
          <div key={name} className={classes.line}>
            <span className={classes.says}>{field?.label ?? name}</span>
            <Wanted
              field={field ?? unknown(name)}
              chosen={chosen}
              onChange={(next) => write(name, next)}
            />
          </div>
        );
      })}
    </div>
  );
}

const unknown = (name: string): Field => ({
  name,
  label: name,
  type: 'string',
  description: '',
  pii: 'none',
  currency: null,
  scale: null,
  fold: 'none',
  values: [],
  top_values: [],
  operators: [],
});

type WantedProps = {
  field: Field;
  chosen: (string | number | boolean)[];
  onChange: (chosen: (string | number | boolean)[]) => void;
};

function Wanted({ field, chosen, onChange }: WantedProps) {
  if (field.type === 'boolean')
    return (
      <Chips
        field={field}
        values={['true', 'false']}
        labels={{ true: 'yes', false: 'no' }}
        chosen={chosen.map(String)}
        onChange={(next) => onChange(next.map((one) => one === 'true'))}
      />
    );
  if (isClosed(field) && field.values.length <= MOST_CHIPS)
    return (
      <Chips
        field={field}
        values={[...new Set([...field.values, ...chosen.map(String)])]}
        chosen={chosen.map(String)}
        onChange={onChange}
      />
    );
  return (
    <ValuesField
      label={field.label}
      field={field}
      lookup={{ field: field.name }}
      value={chosen}
      onChange={(next) => onChange(next ?? [])}
    />
  );
}

type ChipsProps = {
  field: Field;
  values: string[];
  labels?: Record<string, string>;
  chosen: string[];
  onChange: (chosen: string[]) => void;
};

function Chips({ field, values, labels = {}, chosen, onChange }: ChipsProps) {
  return (
    <Group gap={4}>
      <Chip.Group multiple value={chosen} onChange={onChange}>
        {values.map((value) => (
          <Chip
            key={value}
            value={value}
            size="xs"
            color="gray"
            variant="outline"
            aria-label={`${field.label}: ${labels[value] ?? value}`}
          >
            {labels[value] ?? value}
          </Chip>
        ))}
      </Chip.Group>
    </Group>
  );
}
