// Fields of events: those that all of the named events have.
import type { Schemas } from '@/api/client';
import type { Vocabulary } from '@/api/queries';

type Field = Schemas['FieldBody'];

export const asList = <T>(value: T | T[] | undefined | null): T[] => {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
};

export const eventFields = ({ events }: Vocabulary, names: string[]): Field[] => {
  const found = names.flatMap((name) => events.find((event) => event.name === name) ?? []);
  const [first, ...others] = found;
  if (!first) return [];
  return first.fields.filter((field) =>
    others.every((event) => event.fields.some((one) => one.name === field.name)),
  );
};

/** The name under which values of an event's field are suggested. */
export const sourceOf = (names: string[]): string | undefined => names[0];

/** A label, with the name beside it where two fields are called the same. */
export const labelsOf = (fields: Field[]): Map<string, string> => {
  const seen = new Map<string, number>();
  for (const { label } of fields) seen.set(label, (seen.get(label) ?? 0) + 1);
  return new Map(
    fields.map(({ name, label }) => [
      name,
      (seen.get(label) ?? 0) > 1 ? `${label} (${name.replaceAll('_', ' ')})` : label,
    ]),
  );
};
